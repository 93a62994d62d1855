"""The values of the label `campaign`: names of campaigns, and stand-ins for jobs that no campaign pays."""

_STAND_INS = {"audit": "(audit)", "gold": "(gold)"}
"""By purpose of the job. No name begins with a parenthesis."""


def campaign_label(campaign: str | None, purpose: str) -> str:
    """Return the name of a job's campaign, or what stands for it; "" if neither is known."""
    return campaign or _STAND_INS.get(purpose, "")
