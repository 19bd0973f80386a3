"""The control routes of a simulator, which no real service has: look inside, break things on purpose, begin anew."""

from urllib.parse import quote

from simulators.clients.http_client import ServiceClient
from simulators.kit.json_types import Json

CONTROL_PATH = "/_sim"  # All of them lie below it, and what a simulator can do stands there.


class ControlClient(ServiceClient):
    """One simulator as the harness controls it; every method raises Refused when the simulator says no."""

    def overview(self) -> Json:
        """Return what the simulator can do: its routes, its faults, how many documents it keeps."""
        return self.client.get(CONTROL_PATH)

    def faults(self) -> list[Json]:
        """Return the faults in place, and how often each has struck."""
        return list(self.client.get(f"{CONTROL_PATH}/faults")["items"])

    def plant_fault(self, name: str, /, **parameters: object) -> Json:
        """Plant the fault of that name, with its own parameters; returns it as it is planted."""
        return self.client.post(f"{CONTROL_PATH}/faults/{name}", parameters)

    def lift_fault(self, fault_id: str) -> None:
        """Take one fault away."""
        self.client.delete(f"{CONTROL_PATH}/faults/{fault_id}")

    def clear_faults(self) -> None:
        """Take all faults away."""
        self.client.delete(f"{CONTROL_PATH}/faults")

    def deliveries(self, limit: int | None = None) -> list[Json]:
        """Return the newest messages it sent or is to send, newest first, with every attempt."""
        return list(self.client.get(f"{CONTROL_PATH}/deliveries", limit=limit)["items"])

    def resend(self, delivery_id: str) -> None:
        """Send one message once more."""
        self.client.post(f"{CONTROL_PATH}/deliveries/{quote(delivery_id, safe='')}/resend")

    def send_now(self, delivery_id: str) -> None:
        """Let one message that waits wait no longer."""
        self.client.post(f"{CONTROL_PATH}/deliveries/{quote(delivery_id, safe='')}/now")

    def strike_delivery(self, delivery_id: str, name: str, /, **parameters: object) -> None:
        """Let the fault of that name strike one message: as it waits, or as it is sent once more."""
        self.client.post(f"{CONTROL_PATH}/deliveries/{quote(delivery_id, safe='')}/faults/{name}", parameters)

    def due(self) -> list[Json]:
        """Return what falls due next, soonest first: `at` when, and `what`."""
        return list(self.client.get(f"{CONTROL_PATH}/due")["items"])

    def reset(self) -> None:
        """Begin anew: no state, no faults, no calls."""
        self.client.post(f"{CONTROL_PATH}/reset")
