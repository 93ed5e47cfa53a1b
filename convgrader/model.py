"""What the metadata of an exercise may hold, and the error that names file and line."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

FORMAT = 1
Name = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
Role = Literal["given", "answer", "check", "manual", "self", "picture"]


class AuthorError(Exception):
    """A mistake in an author's file, with its place."""

    def __init__(self, path: object, line: int, message: str) -> None:
        super().__init__(f"{path}:{line}: {message}")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Draw(_Strict):
    """Whole numbers from low to high (both may occur) in an array of a shape, or without a shape one number.

    A size in ``shape`` is a number or a range [lowest, highest]; ``choose`` picks one of its entries instead.
    """

    shape: list[int | Annotated[list[int], Field(min_length=2, max_length=2)]] | None = None
    low: int = -4
    high: int = 4
    choose: list[Any] | None = None

    @model_validator(mode="after")
    def _has_room(self) -> Draw:
        if self.low > self.high:
            raise ValueError(f"low is {self.low}, above high, which is {self.high}")
        if self.choose is not None and not self.choose:
            raise ValueError("choose needs at least one entry")
        return self


class Grade(_Strict):
    """The metadata ``grade`` of a cell."""

    id: Name
    role: Role
    exercise: Name | None = None
    points: int = Field(0, ge=0)
    hidden: bool = False
    rtol: float = Field(0.0, ge=0)
    atol: float = Field(0.0, ge=0)
    timeout: float = Field(10.0, gt=0)
    inputs: dict[str, Draw] = Field(default_factory=dict)
    alt: str = ""

    @model_validator(mode="after")
    def _fits_its_role(self) -> Grade:
        if self.points and self.role not in ("check", "manual"):
            raise ValueError(f"points belong to a check or a manual cell, not to role {self.role}")
        if self.role in ("check", "manual") and not self.points:
            raise ValueError(f"a cell of role {self.role} needs points")
        if self.hidden and not self.inputs:
            raise ValueError("hidden needs inputs to draw")
        if self.inputs and self.role != "check":
            raise ValueError("inputs belong to a check")
        if self.role == "picture" and not self.alt:
            raise ValueError("a picture needs alt, a text that says what it shows")
        return self


class Exercise(_Strict):
    """One entry of ``exercises.parts`` in the front matter."""

    id: Name
    kind: Literal[
        "by hand",
        "implement",
        "predict",
        "find the bug",
        "puzzle",
        "port",
        "table",
        "repair",
        "explorer",
        "explain",
    ]
    difficulty: Literal["easy", "medium", "hard"]
    minutes: int = Field(gt=0, le=60)
    points: int = Field(gt=0)


class Front(_Strict):
    """The entry ``exercises`` of the front matter."""

    title: str = Field(min_length=1)
    points: int = Field(gt=0)
    parts: list[Exercise] = Field(min_length=1)
    solutions_from: date | None = None


def explain(error: ValidationError) -> str:
    """Say in one line what pydantic found."""
    first = error.errors()[0]
    where = ".".join(map(str, first["loc"]))
    return f"{where}: {first['msg']}" if where else first["msg"].removeprefix("Value error, ")
