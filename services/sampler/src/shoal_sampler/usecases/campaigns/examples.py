"""Samples and crops that users name as examples."""

from shoal.contracts.ids import crop_id
from shoal.runtime.refusal import Refused
from shoal.samples import SampleFields, reference_field, reference_text, referred_sample
from shoal_sampler.usecases.campaigns.definition import ExampleBox


def example_sample(project: str, fields: SampleFields, box: ExampleBox | None, field: str) -> str | None:
    """Return the id of the named sample, or of its crop; None if the fields name none. Raises Refused."""
    sample = referred_sample(project, fields, field)
    if sample is None or box is None:
        return sample
    return crop_id(sample, left=box.left, top=box.top, right=box.right, bottom=box.bottom)


def unknown_example(fields: SampleFields, box: ExampleBox | None, field: str) -> Refused:
    """Return the refusal of a sample or crop that is not stored."""
    if box is not None:
        wrong = f"{field}.box".removeprefix(".")
        detail = f"{wrong}: {reference_text(fields)} has no crop of this box among the project's samples"
        fix = (
            "Send a box as the model predicted it; the project needs the setting cropping, and smaller boxes and "
            "those beyond its limit have no crop"
        )
        return Refused("invalid", detail, field=wrong, fix=fix)
    wrong = reference_field(fields, field)
    detail = f"{wrong}: {reference_text(fields)} is not among the project's embedded samples"
    fix = "Use a sample that ingest accepted; one that was sent a moment ago is embedded within seconds"
    return Refused("invalid", detail, field=wrong, fix=fix)
