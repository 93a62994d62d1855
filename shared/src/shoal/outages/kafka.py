"""Errors of Kafka by aiokafka's classes; a class that is not listed takes the rule of its base."""

from collections.abc import Mapping

from aiokafka import errors
from aiokafka.errors import KafkaError

from shoal.outages.actions import Action

_WAIT = (
    errors.NoBrokersAvailable,
    errors.NodeNotReadyError,
    errors.KafkaProtocolError,
    errors.Cancelled,
    errors.TooManyInFlightRequests,
    errors.StaleMetadata,
    errors.MetadataEmptyBrokerList,
    errors.KafkaUnavailableError,
    errors.KafkaTimeoutError,
    errors.KafkaConnectionError,
    errors.QuotaViolationError,
    errors.UnknownError,
    errors.UnknownTopicOrPartitionError,
    errors.LeaderNotAvailableError,
    errors.NotLeaderForPartitionError,
    errors.RequestTimedOutError,
    errors.BrokerNotAvailableError,
    errors.ReplicaNotAvailableError,
    errors.StaleControllerEpochError,
    errors.StaleLeaderEpochCodeError,
    errors.GroupLoadInProgressError,
    errors.CoordinatorLoadInProgressError,
    errors.GroupCoordinatorNotAvailableError,
    errors.CoordinatorNotAvailableError,
    errors.NotCoordinatorForGroupError,
    errors.NotCoordinatorError,
    errors.NotEnoughReplicasError,
    errors.NotEnoughReplicasAfterAppendError,
    errors.NotControllerError,
    errors.InvalidTimestampError,
    errors.KafkaStorageError,
    errors.LogDirNotFound,
    errors.ReassignmentInProgress,
    errors.ListenerNotFound,
    errors.ProducerClosed,
)
_RETRY = (
    errors.CorrelationIdError,
    errors.CommitFailedError,
    errors.NoOffsetForPartitionError,
    errors.OffsetOutOfRangeError,
    errors.CorruptRecordException,
    errors.InvalidMessageError,
    errors.IllegalGenerationError,
    errors.UnknownMemberIdError,
    errors.RebalanceInProgressError,
    errors.MemberIdRequired,
    errors.TopicAlreadyExistsError,
    errors.ConcurrentTransactions,
    errors.OperationNotAttempted,
    errors.FetchSessionIdNotFound,
    errors.InvalidFetchSessionEpoch,
    errors.ProducerFenced,
    errors.InvalidProducerEpoch,
    errors.InvalidProducerIdMapping,
    errors.OutOfOrderSequenceNumber,
    errors.DuplicateSequenceNumber,
    errors.UnknownProducerId,
)
_HALT = (
    errors.UnrecognizedBrokerVersion,
    errors.IncompatibleBrokerVersion,
    errors.AuthenticationMethodNotSupported,
    errors.AuthenticationFailedError,
    errors.UnsupportedCodecError,
    errors.KafkaConfigurationError,
    errors.InvalidTopicError,
    errors.InvalidRequiredAcksError,
    errors.InconsistentGroupProtocolError,
    errors.InvalidGroupIdError,
    errors.InvalidSessionTimeoutError,
    errors.TopicAuthorizationFailedError,
    errors.GroupAuthorizationFailedError,
    errors.ClusterAuthorizationFailedError,
    errors.TransactionalIdAuthorizationFailed,
    errors.TransactionCoordinatorFenced,
    errors.UnsupportedSaslMechanismError,
    errors.IllegalSaslStateError,
    errors.SaslAuthenticationFailed,
    errors.SecurityDisabled,
    errors.UnsupportedVersionError,
    errors.UnsupportedForMessageFormatError,
    errors.InvalidPartitionsError,
    errors.InvalidReplicationFactorError,
    errors.InvalidReplicationAssignmentError,
    errors.InvalidConfigurationError,
    errors.PolicyViolationError,
    errors.InvalidPrincipalType,
    errors.DelegationTokenAuthDisabled,
    errors.DelegationTokenNotFound,
    errors.DelegationTokenOwnerMismatch,
    errors.DelegationTokenRequestNotAllowed,
    errors.DelegationTokenAuthorizationFailed,
    errors.DelegationTokenExpired,
)
_REFUSE = (
    errors.IllegalStateError,
    errors.IllegalArgumentError,
    errors.RecordTooLargeError,
    errors.MessageSizeTooLargeError,
    errors.RecordListTooLargeError,
    errors.OffsetMetadataTooLargeError,
    errors.InvalidCommitOffsetSizeError,
    errors.InvalidFetchRequestError,
    errors.InvalidRequestError,
    errors.InvalidTxnState,
    errors.InvalidTransactionTimeout,
    errors.NonEmptyGroup,
    errors.GroupIdNotFound,
)
KAFKA: Mapping[type[KafkaError], Action] = {
    **dict.fromkeys(_WAIT, Action.WAIT),
    **dict.fromkeys(_RETRY, Action.RETRY),
    **dict.fromkeys(_HALT, Action.HALT),
    **dict.fromkeys(_REFUSE, Action.REFUSE),
}

NEW_PRODUCER = (
    errors.ProducerFenced,
    errors.InvalidProducerEpoch,
    errors.InvalidProducerIdMapping,
    errors.OutOfOrderSequenceNumber,
    errors.UnknownProducerId,
)
"""Errors after which an idempotent producer never delivers again, so that it is replaced."""


def action_for_kafka(error: KafkaError) -> Action:
    """Return the action for an error of aiokafka; for one that is not listed, the one of its base class."""
    action = next((KAFKA[base] for base in type(error).__mro__ if base in KAFKA), None)
    if action is not None:
        return action
    return Action.WAIT if error.retriable else Action.REFUSE
