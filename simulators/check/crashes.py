"""The crash sweep: a service is killed at every point of a purchase, comes back, and loses nothing but time."""

from collections.abc import Iterable, Sequence

from simulators.check.crash_points import BOOKING, CrashPoint, CrashWatch, Moment
from simulators.check.crash_purchase import COURSE, SHOWS, TUTOR, CrashFlow, CrashPurchase
from simulators.world.world import World

POINTS_A_PURCHASE = 3
AT, AND = "@", ","  # course-rejected@done:POST:/v1/refunds:1 is one purchase and the points at which it dies.


class Fatal(AssertionError):  # noqa: N818 - reads as what happened
    """Where a service died and did not come through, and what was wrong then; `id` plays just that again."""

    def __init__(self, flow: CrashFlow, points: Sequence[CrashPoint], problem: AssertionError) -> None:
        self.id = f"{flow.id}{AT}{AND.join(each.id for each in points)}"
        super().__init__(f"killed at {'; and then at '.join(map(str, points))}: {problem}")


class CrashStage:
    """Purchases in one world, each by another student at another hour, and each with crashes of its own."""

    def __init__(self, world: World) -> None:
        self.world, self.watch = world, CrashWatch(world)
        self._played, self._said = 0, dict[str, set[tuple[str, str]]]()
        world.learning.create_course(COURSE)
        world.tutors.hire(TUTOR)

    def live_through(self, flow: CrashFlow, points: Iterable[CrashPoint] = ()) -> list[CrashPoint]:
        """Play a purchase with crashes, and return the points that it passed; an AssertionError says what is wrong."""
        self._played += 1
        purchase, points = CrashPurchase(self.world, self.watch, flow, self._played), list(points)
        if any(each.moment is Moment.REPEATED for each in points):
            for name in self.world.topology.simulators:
                self.world.plant_fault(name, "duplicate_delivery", times=None)
        self.watch.plan(points)
        purchase.play()
        self.watch.plan(())
        self.world.clear_faults()
        if points and (unsaid := self._said.get(flow.id, set()) - purchase.said):
            receiver, name = min(unsaid)
            raise AssertionError(f"{name} has never reached the {receiver}, which without the crash it does")
        if not points:
            self._said.setdefault(flow.id, purchase.said)
        return purchase.passed

    def points(self, flow: CrashFlow) -> list[CrashPoint]:
        """Return every point that an undisturbed purchase passes; of what is looked at ever again, the first."""
        return [each for each in dict.fromkeys(self.live_through(flow)) if _is_telling(each)]

    def sweep(self, flow: CrashFlow, points: Sequence[CrashPoint]) -> None:
        """Live through a purchase for each few points that lie apart; Fatal names the points, one if that is enough."""
        count = -(-len(points) // POINTS_A_PURCHASE)
        for start in range(count):
            few = points[start::count]
            try:
                self.live_through(flow, few)
            except AssertionError as broken:
                raise self._narrow(flow, few, broken) from broken

    def _narrow(self, flow: CrashFlow, points: Sequence[CrashPoint], broken: AssertionError) -> Fatal:
        for point in points if len(points) > 1 else ():
            try:
                self.live_through(flow, [point])
            except AssertionError as alone:
                return Fatal(flow, [point], alone)
        return Fatal(flow, points, broken)


def _is_telling(point: CrashPoint) -> bool:
    if point.moment is Moment.REPEATED:
        return point.what in SHOWS and point.what != BOOKING
    return point.nth == 1 or not point.what.startswith("GET ")
