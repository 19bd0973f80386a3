// The two flows: what differs between buying a course and booking a session. Payment code never looks in here.
import { makes } from "./mistakes.js";

export const FLOWS = {
  EnrollInCourseSaga: {
    context: "COURSE_ENROLLMENT",
    keeper: "learning",
    delivering: "ENROLLING",
    confirmed: "EnrollmentConfirmed",
    isAbout: (saga, { studentId, courseId }) => studentId === saga.studentId && courseId === saga.contextId,
    rejected: "EnrollmentRejected",
    delivery: (saga) => ({
      to: "learning", path: "/commands", type: "CREATE_ENROLLMENT_RECORD",
      data: {
        sagaId: saga.sagaId, studentId: saga.studentId, courseId: saga.contextId,
        ...(makes("delivery-lacks-the-payment") ? {} : { paymentId: saga.payment.paymentId }),
      },
    }),
  },
  BookAndPayForSessionSaga: {
    context: "SESSION_BOOKING",
    keeper: "communication",
    delivering: "CONFIRMING_SESSION",
    confirmed: "SessionConfirmed",
    isAbout: (saga, { sessionId }) => sessionId === saga.contextId,
    rejected: "SessionRejected",
    holds: true,
    delivery: (saga) => ({
      to: "communication", path: "/commands", type: "CREATE_CONFIRMED_SESSION",
      data: { ...slotOf(saga), studentId: saga.studentId, paymentId: saga.payment.paymentId },
    }),
  },
};

export const flowOf = (saga) => FLOWS[saga.saga];

export function slotOf(saga) {
  const { tutorId, scheduledAt, duration } = saga.slot;
  return { sagaId: saga.sagaId, sessionId: saga.contextId, tutorId, scheduledAt, duration };
}

export const checkOfSlot = (saga) => ({
  to: "tutors", path: "/commands", type: "CHECK_TUTOR_AVAILABILITY",
  data: { ...slotOf(saga), studentId: saga.studentId },
});

export const checkOfCourse = (saga) => ({ to: "course", type: "VERIFY_COURSE", data: { courseId: saga.contextId } });

export const WAITING_FOR = {
  CHECKING_AVAILABILITY: "the tutor's time to be kept",
  VERIFYING_COURSE: "the course to be looked up",
  AWAITING_PAYMENT: "the student to pay",
  CANCELING: "Stripe to say whether it was paid",
  CONFIRMING_SESSION: "the session to be confirmed",
  ENROLLING: "the enrollment to be confirmed",
  REFUNDING: "the money to be back",
  PARKED: "a person",
};
