@payments
Feature: Payments
  What is true of every payment, whatever it is for: it knows what it pays for,
  it takes exactly the agreed sum, and it gives all of it back if it must.

  Rule: A payment knows what it is for, here and at Stripe

    @PAY-01
    Scenario Outline: From Stripe's side alone one can tell what a payment was for
      Given "ada" has asked for <thing>
      When "ada" pays
      Then Stripe's payment tells <context> and the id of what was bought
      And the payment-service tells the same

      Examples: both kinds
        | thing      | context           |
        | a course   | COURSE_ENROLLMENT |
        | a session  | SESSION_BOOKING   |

  Rule: A dispute is recorded beside the status and raises attention

    @PAY-02 @F24
    Scenario: A dispute is opened after the delivery
      Given "ada" has asked for a course
      When "ada" pays with a card whose owner disputes it
      Then the payment shows an open dispute
      And "ada" is told once that it needs attention
      And the purchase is completed

    @PAY-09 @moves_time @F1 @F24
    Scenario: The news of how a dispute ended never comes
      Given "ada" has asked for a course
      And Stripe's news of the end of a dispute is lost
      When "ada" pays with a card whose owner disputes it
      And 25 days pass
      Then the payment shows a lost dispute
      And "ada" is told once that it needs attention
      And the purchase is completed

  Rule: A refund is one refund

    @PAY-03 @moves_time @F9 @F10 @F11 @F23
    Scenario Outline: Whatever Stripe answers, the money goes back once
      Given "ada" has asked for a course
      And the course is taken back
      And Stripe answers the next refund request <trouble>
      When "ada" pays
      Then "ada" gets her money back within 2 hours
      And the purchase is refunded
      And there was one refund

      Examples: troubles
        | trouble                                 |
        | with a failure before the work          |
        | with a failure after the work           |
        | with a failure that it keeps, work done |
        | with a failure that it keeps, not done  |
        | and the answer is lost                  |
        | by asking to slow down                  |

    @PAY-04 @moves_time @F23
    Scenario: A person has refunded at Stripe already
      Given "ada" has asked for a course
      And the course is taken back
      And Stripe cannot refund for a while
      And "ada" has paid
      When a person refunds the payment at Stripe
      Then the purchase is refunded within a day
      And there was one refund

    @PAY-05 @moves_time @F23
    Scenario: A refund that fails waits for a person, and is tried again when they say so
      Given "ada" has asked for a course
      And the course is taken back
      When "ada" pays with a card whose refunds fail
      Then the purchase is parked within a day
      And "ada" is told once that it needs attention
      And an operator can let it go on

    @PAY-06 @moves_time @F9 @F23
    Scenario: A refund that never comes through waits for a person
      Given "ada" has asked for a course
      And the course is taken back
      And Stripe cannot refund for a while
      When "ada" pays
      Then the purchase is parked within 4 days

  Rule: What the bank has not confirmed is not paid

    @PAY-07 @moves_time @F32
    Scenario Outline: The bank asks for a proof, and the student leaves
      Given "ada" has asked for <thing>
      When "ada" leaves when her bank asks for a proof
      And 1 hours pass
      Then the purchase is expired
      And "ada" has paid nothing
      And "ada" cannot pay any more

      Examples: both kinds
        | thing      |
        | a course   |
        | a session  |

    @PAY-08 @F26 @moves_time
    Scenario: The amount in the news of a refund differs from what went back
      Given "ada" has asked for a course
      And the course is taken back
      And Stripe's next news of a refund tells of 1.00 EUR
      When "ada" pays with a card whose refunds take a while
      Then "ada" gets her money back within a day
      And the purchase is refunded
