"""The connectors that there are, by the name that jobs and schedules keep."""

from __future__ import annotations

from imports.connectors.airtable.connector import Airtable
from imports.connectors.google.connector import GoogleSheets
from imports.connectors.interface import Connector
from irisx.refusals import Invalid

_CONNECTORS: dict[str, Connector] = {connector.key: connector for connector in (GoogleSheets(), Airtable())}


def connector(key: str) -> Connector:
    """Return the connector of that name. Raises Invalid("unknown_connector")."""
    try:
        return _CONNECTORS[key]
    except KeyError as error:
        raise Invalid("unknown_connector", f"There is no connector called “{key}”.", field="connector") from error
