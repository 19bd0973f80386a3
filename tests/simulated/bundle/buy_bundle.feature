Feature: Buy a bundle
  A course and a first session with its tutor, for one price.
  A student gets both or neither, and pays for both or not at all.

  Background:
    Given the published course "algebra" costs 49.00 EUR
    And the bundle "start" of "algebra" and a session costs 79.00 EUR

  Scenario: A student who pays gets the course and the session
    Given "ada" has asked for the bundle "start"
    When "ada" pays
    Then the purchase is completed
    And "ada" is enrolled in "algebra"
    And "ada" has a session
    And "ada" has paid 79.00 EUR in all

  Scenario: A student whose session cannot be had keeps neither
    Given "ada" has asked for the bundle "start"
    And the tutor has left
    When "ada" pays
    Then the purchase is refunded
    And "ada" is not enrolled in "algebra"
    And "ada" has no session
    And "ada" gets her money back

  Scenario: A student whose session is not confirmed for too long keeps neither
    Given "ada" has asked for the bundle "start"
    And the tutor is on holiday
    When "ada" pays
    Then the purchase is refunded within 3 hours
    And "ada" is not enrolled in "algebra"
    And "ada" has no session
    And "ada" gets her money back

  Scenario: Nobody pays for a bundle that is sold out
    Given the bundle "start" is sold out
    When "ada" asks for the bundle "start"
    Then the purchase is rejected
    And nothing was asked of Stripe
