"""Errors of PostgreSQL by their SQLSTATE: the first two characters are the class."""

import re
from collections.abc import Mapping

import asyncpg

from shoal.outages.actions import Action, Rule

CLASSES: Mapping[str, Rule] = {
    "03": Rule(Action.REFUSE, "SQL statement not yet complete"),
    "08": Rule(Action.WAIT, "connection lost, refused or never established; a pooler's limit (`08P01`)"),
    "09": Rule(Action.REFUSE, "triggered action exception"),
    "0A": Rule(Action.REFUSE, "feature not supported"),
    "0B": Rule(Action.REFUSE, "invalid transaction initiation"),
    "0F": Rule(Action.REFUSE, "locator exception"),
    "0L": Rule(Action.HALT, "invalid grantor"),
    "0P": Rule(Action.HALT, "invalid role specification"),
    "0Z": Rule(Action.REFUSE, "diagnostics exception"),
    "10": Rule(Action.REFUSE, "XQuery error"),
    "20": Rule(Action.REFUSE, "case not found"),
    "21": Rule(Action.REFUSE, "cardinality violation"),
    "22": Rule(Action.REFUSE, "data exception: a value that PostgreSQL cannot hold"),
    "23": Rule(Action.REFUSE, "integrity constraint violation"),
    "24": Rule(Action.REFUSE, "invalid cursor state"),
    "25": Rule(Action.REFUSE, "invalid transaction state"),
    "26": Rule(Action.RETRY, "a prepared statement vanished, for example behind a pooler"),
    "27": Rule(Action.REFUSE, "triggered data change violation"),
    "28": Rule(Action.HALT, "user or password refused"),
    "2B": Rule(Action.REFUSE, "dependent objects still exist"),
    "2D": Rule(Action.REFUSE, "invalid transaction termination"),
    "2F": Rule(Action.REFUSE, "SQL routine exception"),
    "34": Rule(Action.REFUSE, "invalid cursor name"),
    "38": Rule(Action.REFUSE, "external routine exception"),
    "39": Rule(Action.REFUSE, "external routine invocation exception"),
    "3B": Rule(Action.REFUSE, "savepoint exception"),
    "3D": Rule(Action.HALT, "the database does not exist"),
    "3F": Rule(Action.HALT, "the schema does not exist"),
    "40": Rule(Action.RETRY, "transaction rolled back: serialization failure, deadlock"),
    "42": Rule(Action.REFUSE, "syntax error or access rule violation"),
    "44": Rule(Action.REFUSE, "WITH CHECK OPTION violation"),
    "53": Rule(Action.WAIT, "disk full, out of memory, too many connections"),
    "54": Rule(Action.REFUSE, "program limit exceeded: a value too large for an index"),
    "55": Rule(Action.WAIT, "object in use, or not in the required state"),
    "57": Rule(Action.WAIT, "shutdown, crash, recovery, start"),
    "58": Rule(Action.WAIT, "system error: input or output failed, a file is missing"),
    "72": Rule(Action.RETRY, "snapshot too old"),
    "F0": Rule(Action.HALT, "configuration file error"),
    "HV": Rule(Action.REFUSE, "foreign data wrapper error"),
    "P0": Rule(Action.REFUSE, "PL/pgSQL error"),
    "XX": Rule(Action.REFUSE, "internal error"),
}
"""The rule of every class of PostgreSQL 18."""

STATES: Mapping[str, Rule] = {
    "25006": Rule(Action.WAIT, "read-only: a standby, a failover, or `default_transaction_read_only`"),
    "25P03": Rule(Action.RETRY, "idle-in-transaction time-out"),
    "25P04": Rule(Action.RETRY, "transaction time-out"),
    "40002": Rule(Action.REFUSE, "integrity constraint violation at the commit"),
    "42501": Rule(Action.HALT, "insufficient privilege"),
    "42703": Rule(Action.HALT, "undefined column: a migration is missing"),
    "42P01": Rule(Action.HALT, "undefined table: a migration is missing"),
    "42P05": Rule(Action.RETRY, "duplicate prepared statement, for example behind a pooler"),
    "55P02": Rule(Action.REFUSE, "a parameter cannot be changed now"),
    "55P03": Rule(Action.RETRY, "lock not available: a lock time-out"),
    "55P04": Rule(Action.REFUSE, "unsafe use of a new enum value"),
    "57014": Rule(
        Action.RETRY, "query cancelled: a statement time-out, an operator, a conflict with recovery"
    ),
    "57P04": Rule(Action.HALT, "the database was dropped"),
    "57P05": Rule(Action.RETRY, "idle session time-out"),
    "XX001": Rule(Action.HALT, "data corrupted"),
    "XX002": Rule(Action.HALT, "index corrupted"),
}
"""States that differ from their class."""

# asyncpg's own errors say only in their texts that the connection is at its end. Its DataError shares the
# base class and quotes the value, which may contain any word.
_CONNECTION_GONE = re.compile(
    r"connection (is|was) closed|pool is clos(ed|ing)|released back to the pool"
    r"|underlying connection is closed|prepared statement is closed"
)
# States of a connection at its end: after a fatal error (2), cancelled (3), terminating (4). Numbers from 10
# are queries under way: two at once on one connection are a programming error.
_DEAD_CONNECTION = re.compile(r'protocol is in the "failed" state|another operation \([234]\) is in progress')


def action_for_state(sqlstate: str) -> Action:
    """Return the action for a SQLSTATE of five characters; one of an unknown class is refused."""
    rule = STATES.get(sqlstate) or CLASSES.get(sqlstate[:2])
    return Action.REFUSE if rule is None else rule.action


def action_for_postgres(
    error: asyncpg.PostgresError | asyncpg.InterfaceError | asyncpg.InternalClientError,
) -> Action:
    """Return the action for an error of asyncpg.

    A connection lost during a query is an InterfaceError, which also stands for programming errors, and one
    lost just before a query an InternalClientError, which also stands for asyncpg's own bugs.
    """
    if isinstance(error, (asyncpg.InvalidCachedStatementError, asyncpg.OutdatedSchemaCacheError)):
        return Action.RETRY  # a migration ran meanwhile; asyncpg has emptied its cache
    if isinstance(error, asyncpg.PostgresError):
        return action_for_state(error.sqlstate or "")
    if isinstance(error, asyncpg.exceptions.TargetServerAttributeNotMatched):
        return Action.WAIT  # a failover: no server accepts writes
    if isinstance(error, ValueError):  # asyncpg's own DataError and ClientConfigurationError
        return Action.REFUSE
    pattern = _CONNECTION_GONE if isinstance(error, asyncpg.InterfaceError) else _DEAD_CONNECTION
    return Action.WAIT if pattern.search(str(error)) else Action.REFUSE
