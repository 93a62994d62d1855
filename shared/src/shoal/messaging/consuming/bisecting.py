"""Find the records that a handler fails on, by halving the batch."""

from collections.abc import Awaitable, Callable, Sequence

from shoal.messaging.records.messages import Received, Rejection

Handle = Callable[[Sequence[Received]], Awaitable[Sequence[Rejection]]]
Sleep = Callable[[int], Awaitable[None]]


async def isolate(
    handle: Handle,
    batch: Sequence[Received],
    *,
    attempts: int,
    is_transient: Callable[[BaseException], bool],
    pause: Sleep,
) -> list[Rejection]:
    """Handle `batch` and return all rejections; after a failure retry with halves, down to single records.

    A single record that still fails after `attempts` tries is rejected as `handler_error`; `pause(attempt)`
    is awaited between the tries. After a few such records, the others of the batch get one try, so that a
    broken handler costs no wait for each. Order is preserved. Errors that are transient by `is_transient` are
    raised at once.
    """
    rejected: list[Rejection] = []
    isolated = 0
    parts = [batch]
    while parts:
        part = parts.pop()
        try:
            rejected.extend(await handle(part))
            continue
        except Exception as error:
            if is_transient(error):
                raise
            if len(part) > 1:
                middle = len(part) // 2
                parts.extend((part[middle:], part[:middle]))
                continue
            failure = error
        rejections = await _handle_repeatedly(
            handle,
            part,
            failure,
            attempts=attempts if isolated < PATIENT_RECORDS else 1,
            is_transient=is_transient,
            pause=pause,
        )
        isolated += any(rejection.reason == HANDLER_ERROR for rejection in rejections)
        rejected.extend(rejections)
    return rejected


PATIENT_RECORDS = 3  # records of a batch that are tried again with waits between
HANDLER_ERROR = "handler_error"


async def _handle_repeatedly(
    handle: Handle,
    part: Sequence[Received],
    failure: Exception,
    *,
    attempts: int,
    is_transient: Callable[[BaseException], bool],
    pause: Sleep,
) -> Sequence[Rejection]:
    for attempt in range(1, attempts):
        await pause(attempt)
        try:
            return await handle(part)
        except Exception as error:
            if is_transient(error):
                raise
            failure = error
    return [Rejection(part[0], HANDLER_ERROR, f"{type(failure).__name__}: {failure}"[:1000])]
