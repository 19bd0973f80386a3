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

    @PAY-02 @moves_time @F24
    Scenario: A dispute is opened after the delivery
      Given "ada" has asked for a course
      And Stripe's news of disputes take 10 minutes
      When "ada" pays with a card whose owner disputes it
      Then the purchase is completed
      And the payment shows an open dispute within 20 minutes
      And "ada" is told once that it needs attention
      And the purchase is completed

    @PAY-18 @moves_time @F1 @F24
    Scenario: The news of how a dispute ended never comes
      Given "ada" has asked for a course
      And Stripe's news of the end of a dispute is lost
      When "ada" pays with a card whose owner disputes it
      And 25 days pass
      Then the payment shows a lost dispute
      And "ada" is told once that it needs attention
      And the purchase is completed

    @PAY-23 @moves_time @F4 @F24
    Scenario: The news that a dispute has begun comes when it is over
      Given "ada" has asked for a course
      And Stripe's news that a dispute has begun comes last
      And "ada" has paid with a card whose owner disputes it
      When a person wins the dispute at Stripe
      And 3 days pass
      Then the payment shows a won dispute
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
      Then the purchase is parked within an hour
      And "ada" is told once that it needs attention
      And an operator can let it go on

    @PAY-06 @moves_time @F9 @F23
    Scenario: A refund that never comes through waits for a person
      Given "ada" has asked for a course
      And the course is taken back
      And Stripe cannot refund for a while
      When "ada" pays
      Then the purchase is parked within 4 days

    @PAY-16 @moves_time @F4 @F23
    Scenario: The news that a refund has begun comes when it is over
      Given "ada" has asked for a course
      And the course is taken back
      And Stripe's news that a refund has begun comes last
      When "ada" pays with a card whose refunds take a while
      And 3 days pass
      Then the purchase is refunded
      And "ada" has paid nothing

    @PAY-17 @moves_time @F4 @F23
    Scenario: The news that a refund has begun comes when it has failed
      Given "ada" has asked for a course
      And the course is taken back
      And Stripe's news that a refund has begun comes last
      When "ada" pays with a card whose refunds fail
      And 3 days pass
      Then the purchase is parked

    @PAY-26 @moves_time @F1 @F23
    Scenario: The news that a refund has failed never comes
      Given "ada" has asked for a course
      And the course is taken back
      And Stripe's news that a refund has failed is lost
      When "ada" pays with a card whose refunds fail
      And 4 days pass
      Then the purchase is parked
      And "ada" is told once that it needs attention

    @PAY-09
    Scenario: A part that a person gives back changes nothing
      Given "ada" has asked for a course
      And "ada" has paid
      When a person gives 9.00 EUR back at Stripe
      Then the purchase is completed
      And "ada" has paid 40.00 EUR in all

    @PAY-24
    Scenario Outline: A part of a currency that Stripe counts otherwise is a part
      Given the published course "calculus" costs <price>
      And "ada" has asked for "calculus"
      And "ada" has paid
      And a person has given <part> back at Stripe
      And the purchase is completed
      When a person gives <rest> back at Stripe
      Then the purchase is refunded
      And "ada" has paid nothing

      Examples: none, three, and none that Stripe counts as two
        | price      | part       | rest      |
        | 4900 JPY   | 4800 JPY   | 100 JPY   |
        | 14.950 KWD | 14.900 KWD | 0.050 KWD |
        | 4900 ISK   | 100 ISK    | 4800 ISK  |

    @PAY-10
    Scenario: A person gives a part back, and then the rest
      Given "ada" has asked for a course
      And "ada" has paid
      And a person has given 9.00 EUR back at Stripe
      When a person gives 40.00 EUR back at Stripe
      Then the purchase is refunded
      And "ada" has paid nothing

    @PAY-11 @moves_time @F23
    Scenario: Only the rest goes back when a person has given back a part
      Given "ada" has asked for a course
      And the learning-service is down
      And "ada" has paid
      And a person has given 9.00 EUR back at Stripe
      When the learning-service is back after 5 hours
      Then "ada" gets her money back
      And the purchase is refunded

  Rule: What is agreed is what is paid

    @PAY-20 @moves_time
    Scenario Outline: Somebody changes at Stripe what the payment is for
      Given "ada" has asked for a course
      And somebody has written at Stripe that the <what> is <other>
      When "ada" pays
      Then "ada" is enrolled in "anything" within 10 minutes
      And the purchase is completed

      Examples: what we wrote beside the payment
        | what           | other           |
        | contextId      | "astrology"     |
        | paymentContext | "SESSION_BOOKING" |
        | sagaId         | "saga_of_nobody" |
        | paymentId      | "pay_of_nobody" |
        | paymentId      | ""              |

    @PAY-12 @F26
    Scenario Outline: The payment was changed at Stripe before the student pays
      Given "ada" has asked for <thing>
      And somebody has changed the payment at Stripe to <sum>
      When "ada" pays
      Then "ada" gets her money back
      And the purchase is refunded

      Examples: less, more, and as much of another currency
        | thing      | sum       |
        | a course   | 1.00 EUR  |
        | a session  | 1.00 EUR  |
        | a course   | 99.00 EUR |
        | a course   | 49.00 USD |

  Rule: Nobody sees or moves what is not theirs

    @PAY-13
    Scenario Outline: A token that should open nothing
      Given "ada" has asked for a course
      When somebody <how> tries everything that can be tried with the purchase
      Then nobody is let in
      And the purchase waits for the payment

      Examples: tokens
        | how                                  |
        | without a token                      |
        | whose token is signed by nobody      |
        | with half of a service's token       |
        | whose token has expired              |
        | who signs tokens with another secret |
        | of another role                      |
        | with another service's token         |

    @PAY-14
    Scenario: A student sees nothing of others
      Given "ada" has asked for a course
      When "ben" looks for what others have bought
      Then nobody is let in

    @PAY-22
    Scenario: A student is no operator
      Given "ada" has asked for a course
      When "ada" tries what only a person in charge may do
      Then nobody is let in

    @PAY-21
    Scenario: Whoever looks through all pages sees every purchase once
      Given "ada" has asked for a course
      And "ben" has asked for "anything"
      And "cyd" has asked for "anything"
      And "dan" has asked for "anything"
      And "eve" has asked for "anything"
      Then every purchase is in the list once, 2 at a time
      And every purchase is in the list once, 5 at a time

    @PAY-25
    Scenario: Purchases that begin meanwhile move no page
      Given "ada" has asked for a course
      And "ben" has asked for "anything"
      And "cyd" has asked for "anything"
      And "dan" has asked for "anything"
      When somebody looks through the list, 2 at a time, while "eve" and "fay" ask for "anything"
      Then every purchase that had begun before is seen once

    @PAY-15 @F27
    Scenario Outline: Only a service tells what services tell
      Given "ada" has asked for a course
      When somebody <how> tells that the student is enrolled
      Then nobody is let in
      And the purchase waits for the payment

      Examples: who is no service
        | how                      |
        | without a token          |
        | with a student's token   |
        | with an operator's token |

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

    @PAY-19 @moves_time @bank_debit @F41
    Scenario Outline: The bank says no after days
      Given "ada" has asked for <thing>
      When "ada" pays from a bank account that is empty
      And 2 hours pass
      Then the purchase waits for her bank
      And the purchase is expired within 6 days
      And "ada" is told once that it is declined, and once that it is over
      And "ada" has paid nothing
      And "ada" cannot pay any more
      And nobody's slot is kept for "ada"

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
