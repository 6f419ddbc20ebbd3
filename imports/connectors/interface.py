"""What a connector is: the way to tables that another service keeps, such as the tabs of a spreadsheet.

A new source is a module or folder with one class that does what Connector says, and a line in registry.py. It knows
nothing of jobs: whoever reads a table makes a job of it (imports/remote.py), as of an uploaded file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from irisx.refusals import Conflict, Refusal, Unavailable

if TYPE_CHECKING:
    from irisx.accounts.models import Tenant, User


@dataclass(frozen=True, slots=True)
class RemoteSource:
    """What is to be read. A job keeps it, and so does whoever reads the same again."""

    connector: str  # Connector.key
    document: str  # the id of a spreadsheet, of a base: never its address
    table: str = ""  # the key of one of its tables; "": the first that people see
    area: str = ""  # the part of the table: a range in A1 notation, a view; "": all of it
    raw: bool = False  # values without the format that the service shows them in
    header_row: int | None = None  # where somebody said that it is; 0: there is none; None: found out each time

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> RemoteSource:
        """Read what as_json() wrote, also before it knew of `header_row`."""
        names = ("connector", "document", "table", "area", "raw")
        return cls(**{name: stored[name] for name in names}, header_row=stored.get("header_row"))

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Table:
    """One thing that can be imported."""

    key: str  # as RemoteSource.table has it; the service keeps it when the name changes
    name: str
    rows: int | None = None  # about how many it has room for; None: the service does not say


@dataclass(frozen=True, slots=True)
class DocumentName:
    """A document in the list of those that somebody's access opens."""

    key: str  # as RemoteSource.document has it
    name: str


@dataclass(frozen=True, slots=True)
class Document:
    """What tables belong together: a spreadsheet with its tabs, a base with its tables."""

    name: str
    tables: tuple[Table, ...]  # in the order in which people see them


@dataclass(frozen=True, slots=True)
class Reading:
    """A table as it is being read."""

    document: Document
    table: Table
    # Lists of records, blank ones too, each a list of cells as text. What the pages raise, read() may raise.
    pages: Iterator[list[list[str]]]
    first_number: int = 1  # the row number of the first record, as people see it
    # Names of the columns, where the service has them apart from the records; None: a record holds them, or none does.
    headers: Sequence[str] | None = None
    # Place of a column → "dmy" or "mdy", where the service knows how its dates are written.
    date_orders: Mapping[int, str] = field(default_factory=dict)


class Connector(Protocol):
    """The way to one service. None of its methods may be called inside a tenant_scope(): they wait for the network."""

    @property
    def key(self) -> str:
        """What ImportJob.source_type and RemoteSource.connector call it."""

    @property
    def name(self) -> str:
        """What people call it."""

    def authorize(self, tenant: Tenant, user: User) -> Any:
        """Return the access that this person has given; the other methods take it.

        Raises NotAuthorized if they gave none or took it back, RemoteUnavailable if the service does not answer.
        """

    def documents(self, access: Any) -> Sequence[DocumentName]:
        """Return what documents there are, as the service lists them; none where it does not, and people name one."""

    def document(self, access: Any, document: str) -> Document:
        """Return what can be imported. Raises Refusal with a sentence for a document that cannot be had."""

    def read(self, access: Any, source: RemoteSource) -> Reading:
        """Begin to read a table. Raises Refusal with a sentence if there is no such table or area."""


class NotAuthorized(Refusal):
    """The service wants somebody's consent before it shows anything: given for the first time, or once more."""

    status = 401
    # What an import says that failed of it: nobody is there to be asked.
    reconnect_code = "reconnect"
    reconnect_message = "The service does not let us read any more. Connect it again, then run the import."

    def __init__(self, code: str, what_to_do: str) -> None:
        # Clients match on these words, so what a person should do stands beside them.
        super().__init__(code, "Not authorized", auth_required=True)
        self.details["message"] = what_to_do


class RemoteUnavailable(Unavailable):
    """The service did not answer, however often it was asked. The same may succeed later."""


class RemoteChanged(Conflict):
    """Somebody changed the table while it was read, more often than we begin anew."""
