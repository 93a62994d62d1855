"""Reports of the use cases, as metrics and logs."""

from collections.abc import Sequence

from shoal.observability.logs import get_logger
from shoal_gateway import metrics
from shoal_gateway.domain.annotations import Annotation, price_of
from shoal_gateway.domain.intents import IntentKind
from shoal_gateway.domain.label_schema import AnswerProblem
from shoal_gateway.domain.providers import ProviderConfig

log = get_logger(__name__)


class Metrics:
    """Prometheus counters, and log lines for operators."""

    def recorded(self, config: ProviderConfig, fresh: Sequence[Annotation], found_by: str) -> None:
        """Count new revisions and skips by reason, and add up the cost."""
        for item in fresh:
            metrics.ANNOTATIONS.labels(*config.key, item.action, found_by).inc()
            if item.action == "skipped":
                metrics.SKIPS.labels(*config.key, item.code or "none").inc()
            metrics.ANNOTATION_COST.labels(*config.key).inc(price_of(item, config.price_per_vote))

    def surplus(self, config: ProviderConfig, count: int) -> None:
        """Count and log answers beyond those requested."""
        if count:
            metrics.SURPLUS.labels(*config.key).inc(count)
            log.warning("surplus answers", project=config.project, provider=config.name, count=count)

    def refused(self, config: ProviderConfig, problems: Sequence[AnswerProblem]) -> None:
        """Count refused annotations by reason."""
        for problem in problems:
            metrics.ANNOTATIONS_REFUSED.labels(*config.key, problem.reason).inc()

    def missed_by_hook(self, config: ProviderConfig, count: int) -> None:
        """Count annotations that only the feed brought; growth means that webhooks do not arrive."""
        metrics.FOUND_BY_POLL.labels(*config.key).inc(count)

    def poll_failed(self, config: ProviderConfig, detail: str) -> None:
        """Count and log a feed that could not be read."""
        metrics.POLL_FAILURES.labels(*config.key).inc()
        log.warning("provider feed not read", project=config.project, provider=config.name, detail=detail)

    def lane_failed(self, project: str, provider: str, *, lane: str, error: Exception) -> None:
        """Count and log the failure; the error's text may quote a secret, so only its type is logged."""
        metrics.LANE_FAILURES.labels(project, provider, lane).inc()
        log.warning(
            "provider lane failed", project=project, provider=provider, lane=lane, error=type(error).__name__
        )

    def dispatched(self, project: str, provider: str, *, kind: IntentKind, outcome: str, count: int) -> None:
        """Count ended attempts; log parked intents, which wait for an operator."""
        if count:
            metrics.INTENTS.labels(project, provider, kind, outcome).inc(count)
        if count and outcome == "parked":
            log.error("intents parked", project=project, provider=provider, kind=kind, count=count)
