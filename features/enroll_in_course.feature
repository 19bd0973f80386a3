@saga_enroll
Feature: Enroll in a course
  A student who pays for a course gets the course.
  Whatever goes wrong on the way, money turns into exactly what was bought,
  or it goes back in full; and nobody gets a course that was not paid for.

  Background:
    Given the published course "algebra" costs 49.00 EUR

  Rule: A published course can be bought

    @ENR-01 @smoke
    Scenario: A student who pays is enrolled
      Given "ada" has asked for "algebra"
      When "ada" pays
      Then "ada" is enrolled in "algebra"
      And "ada" has paid 49.00 EUR in all
      And the purchase is completed
      And Stripe tells that the payment was for the course enrollment "algebra"

    @ENR-02 @F19
    Scenario: The price is the one that was told at the start
      Given "ada" has asked for "algebra"
      And "algebra" costs 59.00 EUR from now on
      When "ada" pays
      Then "ada" is enrolled in "algebra"
      And "ada" has paid 49.00 EUR in all

    @ENR-03
    Scenario Outline: Every currency is charged in its own minor units
      Given the published course "calculus" costs <price>
      And "ada" has asked for "calculus"
      When "ada" pays
      Then "ada" is enrolled in "calculus"
      And "ada" has paid <price> in all

      Examples: no, two and three decimals, and none that Stripe counts as two
        | price      |
        | 4900 JPY   |
        | 4900 ISK   |
        | 49.00 USD  |
        | 14.950 KWD |

  Rule: What cannot be bought is not charged

    @ENR-04 @smoke
    Scenario: The course does not exist
      When "ada" asks for "astrology", which nobody teaches
      Then the purchase is rejected
      And nothing was asked of Stripe

    @ENR-05 @F20
    Scenario: The course is not published
      Given "algebra" is not published any more
      When "ada" asks for "algebra" all the same
      Then the purchase is rejected
      And nothing was asked of Stripe

    @ENR-06
    Scenario Outline: The price is one that Stripe cannot charge
      Given the published course "calculus" costs <price>
      When "ada" asks for "calculus"
      Then the purchase is rejected
      And "ada" has paid nothing

      Examples: too little, no currency of Stripe's, and one that it counts in another way
        | price     |
        | 0.00 EUR  |
        | 0.20 EUR  |
        | 10.00 XXX |
        | 10.00 MGA |

    @ENR-43
    Scenario: The course costs nothing, so there is nothing to pay
      Given the published course "calculus" costs 0.00 EUR
      When "ada" asks for "calculus"
      Then the purchase is rejected
      And nothing was asked of Stripe

    @ENR-44 @moves_time @F9 @F12
    Scenario Outline: A learning-service in trouble has not said that there is no such course
      Given the learning-service answers every question about courses <trouble>
      And "ada" has begun to ask for "algebra"
      When all is well again after 10 minutes
      Then the purchase waits for the payment within 10 minutes

      Examples: troubles
        | trouble                         |
        | with a failure before the work  |
        | by asking to slow down          |
        | with half of what it has to say |

    @ENR-07 @F14 @F16
    Scenario: The same start is announced twice
      Given the learning-service announces every start twice
      And "ada" has asked for "algebra"
      When "ada" pays
      Then "ada" is enrolled in "algebra"
      And "ada" has paid 49.00 EUR in all

    @ENR-08 @F16
    Scenario: A student who is still buying the course asks for it again
      Given "ada" has asked for "algebra"
      When "ada" asks for "algebra" again
      Then the second purchase is rejected
      And only one payment was asked of Stripe

    @ENR-54 @F15 @F16
    Scenario: A student who has paid asks for the course again before she has it
      Given "ada" has asked for "algebra"
      And the learning-service loses its next confirmation
      And "ada" has paid
      When "ada" asks for "algebra" all the same
      Then the second purchase is rejected
      And only one payment was asked of Stripe

    @ENR-33 @F19
    Scenario: The next student pays the new price
      Given "ada" has asked for "algebra"
      And "ada" has paid
      And "algebra" costs 59.00 EUR from now on
      When "ben" asks for "algebra"
      And "ben" pays
      Then "ben" is enrolled in "algebra"
      And "ben" has paid 59.00 EUR in all
      And "ada" has paid 49.00 EUR in all

    @ENR-34 @F20
    Scenario: What one student has bought is gone for the next
      Given "ada" has asked for "algebra"
      And "ada" has paid
      And "algebra" is not published any more
      When "ben" asks for "algebra" all the same
      Then the purchase is rejected
      And "ben" has paid nothing

    @ENR-35
    Scenario: Two students buy one course at once
      Given "ada" has asked for "algebra"
      And "ben" has asked for "algebra"
      When everybody pays
      Then "ada" is enrolled in "algebra"
      And "ben" is enrolled in "algebra"

    @ENR-36
    Scenario: A student buys two courses at once
      Given the published course "biology" costs 8.20 EUR
      And "ada" has asked for "algebra"
      And "ada" has asked for "biology"
      When everybody pays
      Then "ada" is enrolled in "algebra"
      And "ada" is enrolled in "biology"
      And "ada" has paid 57.20 EUR in all

    @ENR-37
    Scenario Outline: Every cent is charged
      Given the published course "calculus" costs <price>
      And "ada" has asked for "calculus"
      When "ada" pays
      Then "ada" is enrolled in "calculus"
      And "ada" has paid <price> in all

      Examples: sums that are not what they seem once they are counted in parts of a whole
        | price     |
        | 19.99 EUR |
        | 1.13 EUR  |
        | 8.20 EUR  |

  Rule: A declined card is not the end

    @ENR-09 @smoke @F31
    Scenario: The card is declined and another one works
      Given "ada" has asked for "algebra"
      And her card was declined for insufficient funds
      When "ada" pays
      Then "ada" is enrolled in "algebra"
      And "ada" has paid 49.00 EUR in all

    @ENR-10 @F31
    Scenario Outline: Whatever the reason of the decline, the student may try again
      Given "ada" has asked for "algebra"
      When "ada" pays with a card that <trouble>
      Then the purchase waits for the payment
      And "ada" has paid nothing

      Examples: the main declines
        | trouble                |
        | is declined            |
        | has insufficient funds |
        | was stolen             |
        | has expired            |
        | has a wrong CVC        |
        | fails in processing    |

  Rule: The payment window closes

    @ENR-11 @moves_time @F17
    Scenario: The student never pays
      Given "ada" has asked for "algebra"
      When 3 days pass
      Then the purchase is expired
      And "ada" cannot pay any more
      And "ada" is not enrolled in "algebra"

    @ENR-51 @moves_time
    Scenario: Whoever was too late can buy it again
      Given "ada" has asked for "algebra"
      And 40 minutes have passed
      When "ada" asks for "algebra" again
      And "ada" pays
      Then "ada" is enrolled in "algebra"
      And "ada" has paid 49.00 EUR in all

    @ENR-53 @moves_time @F31
    Scenario: A declined card buys no time
      Given "ada" has asked for "algebra"
      And 29 minutes have passed
      And her card was declined for insufficient funds
      When 10 minutes pass
      Then the purchase is expired
      And "ada" cannot pay any more

    @ENR-56 @moves_time @F7
    Scenario: A service that starts again gives no new time
      Given "ada" has asked for "algebra"
      And 20 minutes have passed
      And the payment-service was started again
      When 15 minutes pass
      Then the purchase is expired
      And "ada" cannot pay any more

    @ENR-12 @moves_time @F5
    Scenario: The payment arrives after the window closed
      Given "ada" has asked for "algebra"
      And Stripe cannot cancel payments for a while
      And 40 minutes have passed
      When "ada" pays
      Then "ada" gets her money back within 2 hours
      And the purchase is refunded
      And "ada" is not enrolled in "algebra"

    @ENR-13 @moves_time @F5
    Scenario: The student paid in time but the news comes late
      Given "ada" has asked for "algebra"
      And Stripe's webhooks take 2 hours
      And 29 minutes have passed
      When "ada" pays
      Then "ada" is enrolled in "algebra" within a day
      And "ada" has paid 49.00 EUR in all

  Rule: Stripe's news may come twice, late, never, early or wrong

    @ENR-14 @F2
    Scenario: The news of the payment comes twice
      Given "ada" has asked for "algebra"
      And Stripe sends every webhook twice
      When "ada" pays
      Then "ada" is enrolled in "algebra"
      And "ada" has paid 49.00 EUR in all

    @ENR-15 @moves_time @F1
    Scenario: The news of the payment never comes
      Given "ada" has asked for "algebra"
      And Stripe's webhooks are lost
      When "ada" pays
      Then "ada" is enrolled in "algebra" within 10 minutes
      And "ada" has paid 49.00 EUR in all

    @ENR-16 @moves_time @F6 @F11
    Scenario: The news comes before the answer that it belongs to
      Given Stripe's answer to the next payment request is lost
      And "ada" has asked for "algebra"
      When "ada" pays
      Then "ada" is enrolled in "algebra" within a minute
      And only one payment was asked of Stripe

    @ENR-17 @F27 @F28
    Scenario Outline: A webhook that is not Stripe's is not believed
      Given "ada" has asked for "algebra"
      When somebody sends the news of a payment <forged>
      Then it is refused
      And the purchase waits for the payment
      And "ada" is not enrolled in "algebra"

      Examples: forgeries
        | forged                          |
        | without a signature             |
        | signed with another secret      |
        | that was changed after signing  |
        | that was signed an hour ago     |
        | that was signed for the future  |

    @ENR-18 @F30
    Scenario: News of another environment changes nothing
      Given "ada" has asked for "algebra"
      When somebody sends the news of a payment from the live environment
      Then the purchase waits for the payment
      And "ada" is not enrolled in "algebra"

    @ENR-19 @F26
    Scenario: The amount in the webhook differs from what was paid
      Given "ada" has asked for "algebra"
      And Stripe's next news of a payment tells of 1.00 EUR
      When "ada" pays
      Then "ada" is enrolled in "algebra"
      And "ada" has paid 49.00 EUR in all

    @ENR-20 @moves_time @F9 @F10
    Scenario Outline: Stripe is in trouble when the payment is asked for
      Given Stripe answers the next payment request <trouble>
      And "ada" has asked for "algebra"
      And a minute has passed
      When "ada" pays
      Then "ada" is enrolled in "algebra"
      And only one payment was asked of Stripe

      Examples: troubles
        | trouble                                  |
        | with a failure before the work           |
        | with a failure after the work            |
        | with a failure that it keeps, work done  |
        | with a failure that it keeps, not done   |
        | by asking to slow down                   |
        | that the object is locked                |

    @ENR-27 @moves_time @F8 @F11 @F12
    Scenario Outline: The way to Stripe is in trouble when the payment is asked for
      Given Stripe answers the next payment request <trouble>
      And "ada" has asked for "algebra"
      And 10 minutes have passed
      When "ada" pays
      Then "ada" is enrolled in "algebra"
      And only one payment was asked of Stripe

      Examples: troubles
        | trouble                           |
        | later than anybody would wait     |
        | and the connection breaks before  |
        | and the connection breaks after   |
        | with half of what it has to say   |
        | drop by drop                      |

    @ENR-28 @moves_time @F36
    Scenario: Stripe does not hear that its news has arrived
      Given "ada" has asked for "algebra"
      And Stripe hears no answer to its webhooks
      When "ada" pays
      Then "ada" is enrolled in "algebra" within a day
      And "ada" has paid 49.00 EUR in all

    @ENR-29 @moves_time @F17
    Scenario Outline: Stripe's clock is not ours
      Given "ada" has asked for "algebra"
      And Stripe's clock is <span> <off>
      When "ada" pays
      Then "ada" is enrolled in "algebra" within 10 minutes
      And "ada" has paid 49.00 EUR in all

      Examples: a little, and more than can be believed
        | span      | off    |
        | 4 minutes | behind |
        | 4 minutes | ahead  |
        | 1 hour    | behind |
        | 1 hour    | ahead  |

    @ENR-30 @moves_time @F4
    Scenario: The news comes in any order
      Given Stripe's webhooks and the school's news come in any order
      And "ada" has asked for "algebra"
      And her card was declined for insufficient funds
      And her card was declined for insufficient funds
      And her card was declined for insufficient funds
      And her card was declined for insufficient funds
      And her card was declined for insufficient funds
      When "ada" pays
      Then "ada" is enrolled in "algebra" within 20 minutes
      And the purchase is completed
      And "ada" has paid 49.00 EUR in all

    @ENR-42 @moves_time @F4
    Scenario Outline: Older news come after younger
      Given Stripe's news <what> comes last
      And "ada" has asked for "algebra"
      And her card was declined for insufficient funds
      And "ada" has paid
      When 3 days pass
      Then "ada" is enrolled in "algebra"
      And the purchase is completed
      And "ada" has paid 49.00 EUR in all

      Examples: older news
        | what                         |
        | of the decline               |
        | that the payment can be made |

    @ENR-38 @F7
    Scenario: The service dies as soon as it has taken the news
      Given "ada" has asked for "algebra"
      And the payment-service dies as soon as it has answered the news of the payment
      And "ada" has paid
      When the payment-service is back
      Then the payment is known to be paid at once

    @ENR-39 @F13
    Scenario Outline: News that contradicts the purchase changes nothing
      Given "ada" has asked for "algebra"
      And the learning-service is down
      And "ada" has paid
      When the learning-service tells of <what>
      Then somebody has to look at it
      And the purchase is still under way

      Examples: the sagaId fits, and something else does not
        | what                                  |
        | a seat for another student            |
        | a seat in another course              |
        | the same purchase by another student  |
        | the same purchase of another course   |

    @ENR-40
    Scenario: What the school is asked for was decided before
      Given "ada" has asked for "algebra"
      And somebody looks at the purchase whenever the learning-service is asked for something
      When "ada" pays
      Then it was always enrolling by then
      And "ada" is enrolled in "algebra"

  Rule: While a bank is asked, a course is neither bought nor lost

    @ENR-49 @moves_time @bank_debit @F41
    Scenario: The bank pays after five days
      Given "ada" has asked for "algebra"
      When "ada" pays from her bank account
      And 2 days pass
      Then the purchase waits for her bank
      And "ada" is not enrolled in "algebra"
      And "ada" is enrolled in "algebra" within 4 days
      And "ada" has paid 49.00 EUR in all

    @ENR-45 @moves_time @bank_debit @F1 @F41
    Scenario: Nobody brings the news of the bank's answer
      Given "ada" has asked for "algebra"
      And Stripe's webhooks are lost
      When "ada" pays from her bank account
      Then "ada" is enrolled in "algebra" within 6 days
      And "ada" has paid 49.00 EUR in all

    @ENR-46 @moves_time @bank_debit @F34 @F41
    Scenario: What a bank is asked for cannot be cancelled
      Given "ada" has asked for "algebra"
      And "ada" has paid from her bank account
      When "ada" cancels
      Then the purchase waits for her bank
      And "ada" is enrolled in "algebra" within 6 days
      And "ada" has paid 49.00 EUR in all

    @ENR-47 @moves_time @bank_debit @F34 @F41
    Scenario: The student had cancelled when the bank says no
      Given "ada" has asked for "algebra"
      And "ada" has paid from a bank account that is empty
      When "ada" cancels
      Then the purchase is cancelled within 6 days
      And "ada" has paid nothing
      And "ada" cannot pay any more

    @ENR-48 @moves_time @bank_debit @F5 @F41
    Scenario: The bank was asked too late
      Given "ada" has asked for "algebra"
      And Stripe cannot cancel payments for a while
      And 40 minutes have passed
      When "ada" pays from her bank account
      Then "ada" gets her money back within 6 days
      And the purchase is refunded
      And "ada" is not enrolled in "algebra"

  Rule: What was paid and cannot be delivered goes back in full

    @ENR-21 @smoke @F20
    Scenario: The enrollment is rejected after the payment
      Given "ada" has asked for "algebra"
      And "algebra" is not published any more
      When "ada" pays
      Then "ada" gets her money back
      And the purchase is refunded
      And "ada" is not enrolled in "algebra"

    @ENR-55 @F20
    Scenario Outline: All goes back, however Stripe counts the currency
      Given the published course "calculus" costs <price>
      And "ada" has asked for "calculus"
      And "calculus" is not published any more
      When "ada" pays
      Then "ada" gets her money back
      And the purchase is refunded

      Examples: no and three decimals, and none that Stripe counts as two
        | price      |
        | 4900 JPY   |
        | 4900 ISK   |
        | 14.950 KWD |

    @ENR-22 @moves_time @F11 @F15
    Scenario: The learning-service is down for an hour
      Given "ada" has asked for "algebra"
      And the learning-service is down
      And "ada" has paid
      When the learning-service is back after 60 minutes
      Then "ada" is enrolled in "algebra" within 10 minutes
      And "ada" has paid 49.00 EUR in all

    @ENR-41 @moves_time @F9 @F12 @F15
    Scenario Outline: A learning-service in trouble has refused nothing
      Given "ada" has asked for "algebra"
      And the learning-service answers every command <trouble>
      And "ada" has paid
      When all is well again after 30 minutes
      Then "ada" is enrolled in "algebra" within 10 minutes
      And "ada" has paid 49.00 EUR in all

      Examples: troubles
        | trouble                          |
        | with a failure before the work   |
        | with a failure after the work    |
        | by asking to slow down           |
        | with half of what it has to say  |
        | later than anybody would wait    |

    @ENR-23 @moves_time @F15
    Scenario: The learning-service stays down
      Given "ada" has asked for "algebra"
      And the learning-service is down
      And "ada" has paid
      When the learning-service is back after 5 hours
      Then "ada" gets her money back
      And the purchase is refunded
      And "ada" is not enrolled in "algebra"

    @ENR-24 @moves_time @F15
    Scenario: The confirmation of the enrollment is lost
      Given "ada" has asked for "algebra"
      And the learning-service loses its next confirmation
      When "ada" pays
      Then "ada" is enrolled in "algebra" within 10 minutes
      And the purchase is completed

    @ENR-50 @moves_time @F15
    Scenario: The confirmation comes when the money has gone back
      Given "ada" has asked for "algebra"
      And the learning-service's confirmations take 5 hours
      And "ada" has paid
      When 12 hours pass
      Then the purchase is refunded
      And "ada" has paid nothing
      And "ada" is not enrolled in "algebra"

    @ENR-52 @F14
    Scenario: Two services number their messages alike
      Given "ben" has asked for a session
      And the learning-service loses its next confirmation
      And "ada" has asked for "algebra"
      And "ada" has paid
      When the learning-service confirms under the number of another service's message
      Then the purchase is completed

    @ENR-25 @moves_time @F23
    Scenario: The refund is pending at first
      Given "ada" has asked for "algebra"
      And "algebra" is not published any more
      When "ada" pays with a card whose refunds take a while
      Then the purchase is still under way
      And "ada" gets her money back within a day
      And the purchase is refunded

    @ENR-26 @moves_time @F23
    Scenario: The refund fails and waits for a person
      Given "ada" has asked for "algebra"
      And "algebra" is not published any more
      When "ada" pays with a card whose refunds fail
      Then the purchase is parked within an hour
      And an operator can let it go on

    @ENR-31 @F22
    Scenario: The student has the course already when the payment arrives
      Given "ada" has asked for "algebra"
      And "ada" has paid
      And "ada" is enrolled in "algebra"
      When "ada" asks for "algebra" all the same
      And "ada" pays
      Then the purchase is refunded
      And "ada" has paid 49.00 EUR in all

  Rule: Nobody's course depends on a notice

    @ENR-32 @moves_time @F35
    Scenario: The service that tells students is down
      Given "ada" has asked for "algebra"
      And the communication-service is down
      And "ada" has paid
      And "ada" is enrolled in "algebra"
      When the communication-service is back after 60 minutes
      Then the purchase is completed
      And "ada" is told once that it is confirmed
