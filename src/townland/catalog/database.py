"""Databases that hold layers, as a catalog names them."""

from __future__ import annotations

from pydantic import Field, SecretStr, model_validator

from townland.documents import Strict
from townland.documents.sentences import FaultError
from townland.i18n import _


class Database(Strict):
    """A PostgreSQL database with PostGIS: the variable that holds its connection, or the connection.

    It reads ``postgresql://user:password@server/database`` and is never told to anyone.
    """

    url: SecretStr | None = None
    url_env: str | None = Field(default=None, min_length=1)

    @model_validator(mode="after")
    def _one(self) -> Database:
        if (self.url is None) == (self.url_env is None):
            raise FaultError(
                _(
                    "a database needs either url_env, the environment variable that holds its"
                    " connection, or url"
                )
            )
        return self
