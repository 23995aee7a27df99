"""Queries whose SQL is made once: that takes Django longer than the database takes to answer.

For what nearly every page asks. Whatever depends on time, a person or a row is given each time.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Expression, Model, QuerySet

Row = TypeVar("Row", bound=Model)


def prepared(make: Callable[..., QuerySet[Row]]) -> Callable[..., list[Row]]:
    """Have a function that makes a query return its rows, whatever its arguments.

    It is called once for each kind of database, and for each length of a list among its arguments.
    All that it sees of those are stand-ins, for filters and annotations. Related rows don't come
    along.
    """
    query_for = _made_once(make)

    @functools.wraps(make)
    def ask(*values: Any) -> list[Row]:
        connection = connections[DEFAULT_DB_ALIAS]
        query = query_for(connection, values)
        rows = []
        for row in query.rows(connection, values):
            fields = row[: len(query.names)]
            rows.append(query.model.from_db(connection.alias, query.names, fields))
            for name, column in query.annotations.items():
                setattr(rows[-1], name, row[column])
        return rows

    return ask


def prepared_values(make: Callable[..., QuerySet[Any, Any]]) -> Callable[..., list[Any]]:
    """Like `prepared`, for a query of `values_list`: return lists of values."""
    query_for = _made_once(make)

    @functools.wraps(make)
    def ask(*values: Any) -> list[Any]:
        connection = connections[DEFAULT_DB_ALIAS]
        return list(query_for(connection, values).rows(connection, values))

    return ask


class _Given(Expression):
    """Stands for the value at a place among those given, or for an item of it."""

    def __init__(self, place: int, item: int | None = None) -> None:
        super().__init__()
        self.place, self.item = place, item

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return "%s", [self]


@dataclass(frozen=True)
class _Query:
    """What Django makes of a query before it asks. The first columns are the model's fields."""

    model: type[Any]
    sql: str
    parameters: tuple[Any, ...]
    names: list[str]
    annotations: Mapping[str, int]
    converters: Mapping[int, tuple[list[Callable[..., Any]], Any]]

    def rows(self, connection: BaseDatabaseWrapper, values: Sequence[Any]) -> Iterator[list[Any]]:
        given = [_given(each, values, connection) for each in self.parameters]
        with connection.cursor() as cursor:
            cursor.execute(self.sql, given)
            found = cursor.fetchall()
        for each in found:
            row = list(each)
            for column, (converters, expression) in self.converters.items():
                for convert in converters:
                    row[column] = convert(row[column], expression, connection)
            yield row


def _made_once(
    make: Callable[..., QuerySet[Any, Any]],
) -> Callable[[BaseDatabaseWrapper, Sequence[Any]], _Query]:
    made: dict[tuple[object, ...], _Query] = {}

    def query_for(connection: BaseDatabaseWrapper, values: Sequence[Any]) -> _Query:
        lengths = [len(value) if isinstance(value, list) else None for value in values]
        shape = (connection.vendor, *lengths)
        if shape not in made:
            made[shape] = _made(make(*map(_stand_in, range(len(values)), lengths)), connection)
        return made[shape]

    return query_for


def _made(rows: QuerySet[Any, Any], connection: BaseDatabaseWrapper) -> _Query:
    compiler = rows.query.get_compiler(connection=connection)
    sql, parameters = compiler.as_sql()
    columns = [column for column, _sql, _alias in compiler.select]
    fields = compiler.klass_info["select_fields"] if compiler.klass_info else []
    return _Query(
        rows.model,
        sql,
        tuple(parameters),
        [columns[field].target.attname for field in fields],
        compiler.annotation_col_map or {},
        compiler.get_converters(columns),
    )


def _stand_in(place: int, length: int | None) -> _Given | list[_Given]:
    return _Given(place) if length is None else [_Given(place, item) for item in range(length)]


def _given(parameter: Any, values: Sequence[Any], connection: BaseDatabaseWrapper) -> Any:
    if not isinstance(parameter, _Given):
        return parameter
    value = values[parameter.place]
    value = value if parameter.item is None else value[parameter.item]
    is_instant = isinstance(value, datetime)
    return connection.ops.adapt_datetimefield_value(value) if is_instant else value
