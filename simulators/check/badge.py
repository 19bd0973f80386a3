"""A badge for a README: what a check came to, as a small picture that needs no service and no script."""

from datetime import datetime
from html import escape

from simulators.check.result import CheckResult, Outcome

GOOD, BAD = "#1d6b42", "#a8261d"
LABEL, CHARACTER, PADDING = "payments", 6.6, 12
STORMS = "storms"


def badge(result: CheckResult, revision: str, now: datetime) -> str:
    """Return the picture: promises held, storms weathered, the revision of the service, and the day."""
    text = " · ".join(filter(None, [_promises(result), _storms(result), revision, f"{now:%Y-%m-%d}"]))
    left, right = (round(len(each) * CHARACTER + PADDING) for each in (LABEL, text))
    colour, title = GOOD if result.is_kept else BAD, escape(f"{LABEL}: {text}")
    size = f'width="{left + right}" height="20" viewBox="0 0 {left + right} 20"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="{title}">'
        f"<title>{title}</title>"
        f'<clipPath id="r"><rect width="{left + right}" height="20" rx="3"/></clipPath><g clip-path="url(#r)">'
        f'<rect width="{left}" height="20" fill="#3a3f4b"/>'
        f'<rect x="{left}" width="{right}" height="20" fill="{colour}"/>'
        '</g><g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">'
        f'<text x="{left / 2:g}" y="14" textLength="{left - PADDING}">{LABEL}</text>'
        f'<text x="{left + right / 2:g}" y="14" textLength="{right - PADDING}">{escape(text)}</text></g></svg>\n'
    )


def _promises(result: CheckResult) -> str:
    judged = [each for each in result.promises() if each.judged]
    held = sum(not each.broken_by for each in judged)
    broken = result.counts()[Outcome.BROKEN]
    return f"{held} of {len(judged)} promises held" + (
        f", {broken} case{'s' * (broken > 1)} broken" if broken and held == len(judged) else ""
    )


def _storms(result: CheckResult) -> str:
    counts = result.counts(STORMS)
    judged = counts[Outcome.KEPT] + counts[Outcome.BROKEN]
    return f"{counts[Outcome.KEPT]} of {judged} storms weathered" if judged else ""
