"""Fits as bytes: an .npz of arrays, with names and numbers as JSON in it; no pickle."""

import io
import json
from dataclasses import asdict
from typing import Any

import numpy as np

from shoal_qa.adapters.files.answer_parts import dump_parts, load_parts
from shoal_qa.domain.calibration.tempering import Tempering
from shoal_qa.domain.certificates.promises import Promise
from shoal_qa.domain.models import MODELS, panel_of
from shoal_qa.domain.models.pool import FittedPool
from shoal_qa.domain.projects.fit import ProjectFit
from shoal_qa.domain.stopping.crowd import Crowd


def dump_fit(fit: ProjectFit) -> bytes:
    """Return a fit as bytes, compressed: 4 bytes for each number of a confusion matrix."""
    parts, part_arrays = dump_parts(fit.parts) if fit.parts else (None, {})
    about = {
        "model": fit.fitted.name,
        "pool": isinstance(fit.fitted, FittedPool),
        "calibration": asdict(fit.calibration),
        "classes": list(fit.classes),
        "annotators": list(fit.annotators),
        "promise": asdict(fit.promise) if fit.promise else None,
        "afresh_at": fit.afresh_at,
        "parts": parts,
    }
    buffer = io.BytesIO()
    arrays = {f"state_{name}": np.asarray(value) for name, value in fit.fitted.to_arrays().items()}
    arrays |= part_arrays
    if fit.crowd is not None:
        arrays |= {
            "crowd_confusion": fit.crowd.confusion.astype(np.float32),
            "crowd_share": fit.crowd.share,
        }
    np.savez_compressed(
        buffer, allow_pickle=False, about=np.frombuffer(json.dumps(about).encode(), np.uint8), **arrays
    )
    return buffer.getvalue()


def load_fit(body: bytes) -> ProjectFit:
    """Return the fit that `dump_fit` wrote; fits of earlier versions, without a pool, load too."""
    with np.load(io.BytesIO(body), allow_pickle=False) as arrays:
        about = json.loads(arrays["about"].tobytes())
        state = {
            name.removeprefix("state_"): arrays[name] for name in arrays.files if name.startswith("state_")
        }
        crowd = _load_crowd(arrays)
        parts = load_parts(about["parts"], arrays) if about.get("parts") else None
    model, promise = about["model"], about.get("promise")
    return ProjectFit(
        fitted=panel_of(model).load(state) if about.get("pool") else MODELS[model].load(state),
        calibration=_load_calibration(about),
        classes=about["classes"],
        annotators=about["annotators"],
        promise=Promise(**promise) if promise else None,
        afresh_at=about.get("afresh_at", 0),
        crowd=crowd,
        parts=parts,
    )


def _load_crowd(arrays: Any) -> Crowd | None:
    """Return the crowd; None for a fit of an earlier version, which has none."""
    if "crowd_share" not in arrays:
        return None
    return Crowd(arrays["crowd_confusion"].astype(np.float64), arrays["crowd_share"])


def _load_calibration(about: dict[str, Any]) -> Tempering:
    if "calibration" in about:
        return Tempering(**about["calibration"])
    return Tempering(noise=about["temperature"], excess=0.0)
