@saga_book
Feature: Book and pay for a session
  A student who pays for a session with a tutor gets that session, at that time.
  The slot is kept for the student until it is paid for or let go, and two
  students never get the same one.

  Background:
    Given the tutor "grace" teaches for 30.00 EUR an hour

  Rule: A free slot can be booked

    @BKS-01 @smoke
    Scenario: A student who pays gets the session
      Given "ada" has asked for 60 minutes with "grace"
      When "ada" pays
      Then "ada" has a confirmed session with "grace"
      And "ada" has paid 30.00 EUR in all
      And the purchase is completed
      And Stripe tells that the payment was for the session

    @BKS-02
    Scenario Outline: The price is the hourly rate for the minutes, rounded half up
      Given the tutor "alan" teaches for <rate> an hour
      And "ada" has asked for <minutes> minutes with "alan"
      When "ada" pays
      Then "ada" has paid <price> in all

      Examples: even, half a cent, and a currency without cents
        | rate      | minutes | price     |
        | 30.00 EUR | 45      | 22.50 EUR |
        | 33.33 EUR | 30      | 16.67 EUR |
        | 4999 JPY  | 50      | 4166 JPY  |

    @BKS-03 @F16
    Scenario: A double click books once
      When "ada" clicks twice to book 60 minutes with "grace"
      And "ada" pays
      Then "ada" has a confirmed session with "grace"
      And only one payment was asked of Stripe

    @BKS-36 @F7 @F16
    Scenario: The second click comes when the service has started again
      Given "ada" has filled in form 7 for 60 minutes with "grace"
      And the payment-service was started again
      When "ada" sends form 7 for 60 minutes with "grace" once more
      And "ada" pays
      Then "ada" has a confirmed session with "grace"
      And only one payment was asked of Stripe

    @BKS-32
    Scenario: Two students number their forms alike
      Given the tutor "alan" teaches for 30.00 EUR an hour
      And "ada" has filled in form 7 for 60 minutes with "grace"
      And "ben" has filled in form 7 for 60 minutes with "alan"
      When everybody pays
      Then "ada" has a confirmed session with "grace"
      And "ben" has a confirmed session with "alan"

    @BKS-04 @F33
    Scenario: A payment in two tabs is taken once
      Given "ada" has asked for 60 minutes with "grace"
      When "ada" pays in two tabs
      Then "ada" has a confirmed session with "grace"
      And "ada" has paid 30.00 EUR in all

  Rule: A slot is one student's at a time

    @BKS-05 @smoke @F21
    Scenario: The slot was taken before
      Given somebody else has the slot with "grace"
      When "ada" asks for 60 minutes with "grace"
      Then the purchase is rejected
      And nothing was asked of Stripe

    @BKS-06 @F21
    Scenario: Two students ask for one slot
      Given "ada" has asked for 60 minutes with "grace"
      When "ben" asks for 60 minutes with "grace"
      Then the second purchase is rejected
      And only one payment was asked of Stripe

    @BKS-07 @F21
    Scenario: The slot is taken between the check and the payment
      Given "ada" has asked for 60 minutes with "grace"
      And somebody else has the slot with "grace"
      When "ada" pays
      Then "ada" gets her money back
      And the purchase is refunded
      And nobody's slot is kept for "ada"

    @BKS-31
    Scenario: A slot that was sold is not free
      Given "ada" has asked for 60 minutes with "grace"
      And "ada" has paid
      And "ada" has a confirmed session with "grace"
      When "ben" asks for 60 minutes with "grace"
      Then the purchase is rejected
      And only one payment was asked of Stripe

    @BKS-08
    Scenario: The tutor is not there at that time
      When "ada" asks for 60 minutes with "grace" in the night
      Then the purchase is rejected
      And nothing was asked of Stripe

    @BKS-23
    Scenario: A time is the same time in whatever zone it is told
      Given "ada" has asked for 60 minutes with "grace" in the time of another zone
      When "ben" asks for 60 minutes with "grace"
      Then the second purchase is rejected

    @BKS-24
    Scenario: A session that was asked for in another zone's time is at that time
      Given "ada" has asked for 60 minutes with "grace" in the time of another zone
      When "ada" pays
      Then the session of "ada" is at the time that was asked for

  Rule: The slot is kept only for a while

    @BKS-09 @moves_time
    Scenario: The student never pays
      Given "ada" has asked for 60 minutes with "grace"
      When 1 hours pass
      Then the purchase is expired
      And "ada" cannot pay any more
      And nobody's slot is kept for "ada"

    @BKS-10 @moves_time @F5
    Scenario: The hold has ended, and the payment came too late
      Given "ada" has asked for 60 minutes with "grace"
      And Stripe cannot cancel payments for a while
      And 20 minutes have passed
      When "ada" pays
      Then "ada" gets her money back within 2 hours
      And the purchase is refunded
      And "ada" has no session with "grace"

    @BKS-30 @moves_time @bank_debit @F5 @F41
    Scenario: The bank answers when the hold has ended
      Given "ada" has asked for 60 minutes with "grace"
      When "ada" pays from her bank account
      Then the purchase waits for her bank
      And "ada" gets her money back within 6 days
      And the purchase is refunded
      And "ada" has no session with "grace"
      And nobody's slot is kept for "ada"

  Rule: A student may change their mind until it is paid

    @BKS-11 @F34
    Scenario: A booking is cancelled
      Given "ada" has asked for 60 minutes with "grace"
      When "ada" cancels
      Then the purchase is cancelled
      And "ada" cannot pay any more
      And nobody's slot is kept for "ada"

    @BKS-34 @moves_time @F11 @F34
    Scenario: A booking is cancelled while the tutor-matching-service is down
      Given "ada" has asked for 60 minutes with "grace"
      And the tutor-matching-service is down
      When "ada" cancels
      And the tutor-matching-service is back after 1 hour
      And 1 hours pass
      Then the purchase is cancelled
      And nobody's slot is kept for "ada"

    @BKS-35 @moves_time @F8 @F34
    Scenario: A booking is cancelled before it is known whether Stripe was asked
      Given Stripe's answer to the next payment request is lost
      And Stripe's webhooks are lost
      And "ada" has begun to ask for 60 minutes with "grace"
      When "ada" cancels as soon as Stripe was asked for the payment
      And 20 minutes pass
      Then the purchase is cancelled
      And "ada" cannot pay any more
      And nobody's slot is kept for "ada"

    @BKS-25 @moves_time @F14 @F15 @F34
    Scenario Outline: A booking is cancelled while the tutor's answer goes astray
      Given the tutor-matching-service's next answer <trouble>
      And "ada" has begun to ask for 60 minutes with "grace"
      When "ada" cancels
      And 20 minutes pass
      Then the purchase is cancelled
      And nobody's slot is kept for "ada"

      Examples: troubles
        | trouble     |
        | is lost     |
        | comes late  |
        | comes twice |

    @BKS-28 @moves_time @F15
    Scenario: The tutor's answer never comes
      Given the tutor-matching-service's answers are all lost
      And "ada" has begun to ask for 60 minutes with "grace"
      When 3 hours pass
      Then the purchase is rejected
      And nobody's slot is kept for "ada"

    @BKS-12 @F1 @F34
    Scenario: The payment was faster than the cancelling
      Given "ada" has asked for 60 minutes with "grace"
      And Stripe's webhooks are lost
      And "ada" has paid
      When "ada" cancels
      Then "ada" has a confirmed session with "grace"
      And "ada" has paid 30.00 EUR in all

    @BKS-13
    Scenario: What is delivered cannot be cancelled
      Given "ada" has asked for 60 minutes with "grace"
      And "ada" has paid
      And "ada" has a confirmed session with "grace"
      When "ada" tries to cancel
      Then she is told that it is too late
      And the purchase is completed

    @BKS-14
    Scenario: Nobody cancels for somebody else
      Given "ada" has asked for 60 minutes with "grace"
      When "ben" tries to cancel
      Then he is told that there is no such purchase
      And the purchase waits for the payment

  Rule: What was paid and cannot be delivered goes back in full

    @BKS-15 @smoke @F21
    Scenario: The session is rejected after the payment
      Given "ada" has asked for 60 minutes with "grace"
      And the communication-service rejects the next session
      When "ada" pays
      Then "ada" gets her money back
      And the purchase is refunded
      And "ada" has no session with "grace"
      And nobody's slot is kept for "ada"

    @BKS-16 @moves_time @F11 @F15 @F35
    Scenario Outline: A neighbour is down for an hour
      Given "ada" has asked for 60 minutes with "grace"
      And the <neighbour> is down
      And "ada" has paid
      When the <neighbour> is back after 60 minutes
      Then "ada" has a confirmed session with "grace" within 10 minutes
      And "ada" has paid 30.00 EUR in all

      Examples: either
        | neighbour             |
        | communication-service |
        | tutor-matching-service |

    @BKS-26 @moves_time @F9 @F12 @F15
    Scenario Outline: A communication-service in trouble has refused nothing
      Given "ada" has asked for 60 minutes with "grace"
      And the communication-service answers every command <trouble>
      And "ada" has paid
      When all is well again after 30 minutes
      Then "ada" has a confirmed session with "grace" within 10 minutes
      And "ada" has paid 30.00 EUR in all

      Examples: troubles
        | trouble                        |
        | with a failure before the work |
        | with a failure after the work  |
        | by asking to slow down         |

    @BKS-27 @F13
    Scenario Outline: News that contradicts the booking changes nothing
      Given "ada" has asked for 60 minutes with "grace"
      And the communication-service is down
      And "ada" has paid
      When the <service> tells of <what>
      Then somebody has to look at it
      And the purchase is still under way

      Examples: the sagaId fits, and something else does not
        | service                | what                                      |
        | communication-service  | another session                           |
        | tutor-matching-service | a slot of another tutor that is free again |

    @BKS-17 @moves_time @F15
    Scenario: The communication-service stays down
      Given "ada" has asked for 60 minutes with "grace"
      And the communication-service is down
      And "ada" has paid
      When the communication-service is back after 5 hours
      Then "ada" gets her money back
      And the purchase is refunded
      And nobody's slot is kept for "ada"

    @BKS-33 @moves_time @F15
    Scenario: The confirmation comes when the money has gone back
      Given "ada" has asked for 60 minutes with "grace"
      And the communication-service's confirmations take 5 hours
      And "ada" has paid
      When 12 hours pass
      Then the purchase is refunded
      And "ada" has paid nothing
      And "ada" has no session with "grace"
      And nobody's slot is kept for "ada"

    @BKS-18 @moves_time @F11
    Scenario: The tutor-matching-service is down when it is asked
      Given the tutor-matching-service is down
      And "ada" has begun to ask for 60 minutes with "grace"
      When the tutor-matching-service is back after 10 minutes
      Then the purchase waits for the payment within 10 minutes

    @BKS-29 @moves_time @F9 @F12
    Scenario Outline: A tutor-matching-service in trouble has refused nothing
      Given the tutor-matching-service answers every command <trouble>
      And "ada" has begun to ask for 60 minutes with "grace"
      When all is well again after 5 minutes
      Then the purchase waits for the payment within 5 minutes

      Examples: troubles
        | trouble                        |
        | with a failure before the work |
        | with a failure after the work  |
        | by asking to slow down         |

    @BKS-19 @moves_time @F15
    Scenario: The answer about the slot is lost
      Given the tutor-matching-service loses its next answer
      And "ada" has begun to ask for 60 minutes with "grace"
      When 2 minutes pass
      And "ada" pays
      Then "ada" has a confirmed session with "grace"
      And "ada" has paid 30.00 EUR in all

    @BKS-22 @moves_time
    Scenario: A person gives the money back at Stripe after the session was confirmed
      Given "ada" has asked for 60 minutes with "grace"
      And "ada" has paid
      And "ada" has a confirmed session with "grace"
      When a person refunds the payment at Stripe
      Then the purchase is refunded
      And "ada" has no session with "grace"
      And nobody's slot is kept for "ada"

  Rule: The student is told, once

    @BKS-20 @smoke @F14 @F35
    Scenario: A confirmed session is told of once
      Given the communication-service hears everything twice
      And "ada" has asked for 60 minutes with "grace"
      When "ada" pays
      Then "ada" is told once that it is confirmed

    @BKS-21 @F31
    Scenario: Every declined attempt is told of
      Given "ada" has asked for 60 minutes with "grace"
      And her card was declined for insufficient funds
      When "ada" pays with a card that is declined
      Then "ada" is told 2 times that it is declined
