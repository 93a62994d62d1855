"""Reports of the use cases, as metrics and logs."""

from collections import Counter
from collections.abc import Sequence

from shoal.observability.logs import get_logger
from shoal_gateway import metrics
from shoal_gateway.domain.annotations import Annotation, FoundBy
from shoal_gateway.domain.intents import IntentKind
from shoal_gateway.domain.label_schema import AnswerProblem
from shoal_gateway.domain.providers import ProviderConfig
from shoal_gateway.domain.skips import SkipCode
from shoal_gateway.usecases.watch import Recorded

log = get_logger(__name__)


class Metrics:
    """Prometheus counters, and log lines for operators."""

    def __init__(self) -> None:
        self._hung: dict[str, int] = {}

    def recorded(self, config: ProviderConfig, fresh: Sequence[Recorded], found_by: FoundBy) -> None:
        """Count new revisions and skips by reason, and add up the cost."""
        counts = Counter((item.campaign, item.annotation.action) for item in fresh)
        for (campaign, action), count in counts.items():
            metrics.ANNOTATIONS.labels(*config.key, campaign, action, found_by).inc(count)
        skips = Counter(_code_of(item.annotation) for item in fresh if item.annotation.action == "skipped")
        for code, count in skips.items():
            metrics.SKIPS.labels(*config.key, code).inc(count)
        metrics.ANNOTATION_COST.labels(*config.key).inc(sum(item.price for item in fresh))
        for duration in (item.annotation.duration_s for item in fresh if item.annotation.is_vote):
            if duration is not None:
                metrics.ANNOTATION_SECONDS.labels(*config.key).observe(duration)

    def surplus(self, config: ProviderConfig, count: int) -> None:
        """Count and log answers beyond those requested."""
        if count:
            metrics.SURPLUS.labels(*config.key).inc(count)
            log.warning("surplus answers", project=config.project, provider=config.name, count=count)

    def refused(self, config: ProviderConfig, problems: Sequence[AnswerProblem]) -> None:
        """Count refused annotations by reason."""
        for problem in problems:
            metrics.ANNOTATIONS_REFUSED.labels(*config.key, problem.reason).inc()

    def webhook(self, config: ProviderConfig, outcome: str) -> None:
        """Count a webhook; the first one of a provider starts the series of every outcome."""
        key = ("", "") if outcome == "unknown_provider" else config.key
        for series in metrics.WEBHOOK_OUTCOMES if all(key) else (outcome,):
            metrics.WEBHOOKS.labels(*key, series).inc(int(series == outcome))

    def called(self, provider: tuple[str, str], kind: str, outcome: str, seconds: float) -> None:
        """Observe a call."""
        metrics.CALL_SECONDS.labels(*provider, kind, outcome).observe(seconds)

    def delivered(self, project: str, provider: str, ages: Sequence[float]) -> None:
        """Observe the times that tasks took to their provider."""
        for age in ages:
            metrics.DELIVERY_SECONDS.labels(project, provider).observe(age)

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

    def lanes_hung(self, loop: str, count: int) -> None:
        """Export the lanes that go on after their call was cancelled; log when there is a new one."""
        if count > self._hung.get(loop, 0):
            log.error("provider lanes hung", loop=loop, count=count)
        self._hung[loop] = count
        metrics.HUNG_LANES.labels(loop).set(count)

    def dispatched(self, project: str, provider: str, *, kind: IntentKind, outcome: str, count: int) -> None:
        """Count ended attempts; log parked intents, which wait for an operator."""
        if count:
            metrics.INTENTS.labels(project, provider, kind, outcome).inc(count)
        if count and outcome == "parked":
            log.error("intents parked", project=project, provider=provider, kind=kind, count=count)


def _code_of(skip: Annotation) -> str:
    if skip.code is None:
        return metrics.NO_CODE
    return skip.code if skip.code in list(SkipCode) else SkipCode.OTHER
