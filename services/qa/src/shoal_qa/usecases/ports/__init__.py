"""The ports of the use cases, by aggregate; adapters implement them."""

from shoal_qa.usecases.ports.annotations import Annotations, ReceivedAnnotation, StoredAnnotation
from shoal_qa.usecases.ports.database import Database, Outbox, Transaction
from shoal_qa.usecases.ports.datasets import AcceptedLabels, DatasetFiles, DatasetRegistry, Turn
from shoal_qa.usecases.ports.fits import Fits, Votes
from shoal_qa.usecases.ports.gold import Gold, GoldJob
from shoal_qa.usecases.ports.guidelines import Guidelines
from shoal_qa.usecases.ports.jobs import Jobs, Major, StoredJob
from shoal_qa.usecases.ports.labels import LabelList, LabelRow, Labels
from shoal_qa.usecases.ports.projects import Projects
from shoal_qa.usecases.ports.quality import Annotators, AuditedCount, MeasuredQuality, Quality, Totals
from shoal_qa.usecases.ports.samples import AuditedSample, Samples

__all__ = [
    "AcceptedLabels",
    "Annotations",
    "Annotators",
    "AuditedCount",
    "AuditedSample",
    "Database",
    "DatasetFiles",
    "DatasetRegistry",
    "Fits",
    "Gold",
    "GoldJob",
    "Guidelines",
    "Jobs",
    "LabelList",
    "LabelRow",
    "Labels",
    "Major",
    "MeasuredQuality",
    "Outbox",
    "Projects",
    "Quality",
    "ReceivedAnnotation",
    "Samples",
    "StoredAnnotation",
    "StoredJob",
    "Totals",
    "Transaction",
    "Turn",
    "Votes",
]
