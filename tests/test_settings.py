"""Settings: what they accept, and how they refuse."""

from dataclasses import FrozenInstanceError, dataclass, fields

import pytest

from rl_core.settings import SettingError, Settings, allowed, parse, setting


@dataclass(frozen=True)
class Config(Settings):
    lr: float = setting(0.1, "learning rate", 0, 1, symbol=r"\alpha", live=True)
    units: int = setting(64, "units", 1)
    noise: float = setting(0.0, "noise")
    loss: str = setting("huber", "loss", choices=("huber", "squared"))
    double: bool = setting(False, "two networks")


def test_what_is_allowed_is_taken():
    config = Config(lr=1, units=1, noise=-1e9, loss="squared", double=True)
    assert (config.lr, config.loss, config.double) == (1, "squared", True)
    with pytest.raises(FrozenInstanceError):
        config.lr = 0.5


@pytest.mark.parametrize(
    ("name", "value", "right"),
    [
        ("lr", -0.1, "a number from 0 to 1"),
        ("lr", 1.1, "a number from 0 to 1"),
        ("lr", float("nan"), "a number from 0 to 1"),
        ("lr", "0.1", "a number from 0 to 1"),
        ("lr", True, "a number from 0 to 1"),
        ("lr", None, "a number from 0 to 1"),
        ("noise", float("inf"), "a number"),
        ("units", 0, "a whole number of at least 1"),
        ("units", 1.0, "a whole number of at least 1"),
        ("loss", "Huber", "one of huber, squared"),
        ("loss", ["huber"], "one of huber, squared"),
        ("double", 1, "true or false"),
    ],
)
def test_what_is_not_is_refused_with_field_value_and_range(name, value, right):
    with pytest.raises(SettingError) as error:
        Config(**{name: value})
    assert (error.value.field, error.value.allowed) == (name, right)
    assert error.value.value is value
    assert str(error.value) == f"{name} = {value!r} is not allowed: {name} must be {right}"


def test_what_is_allowed_in_words():
    assert [allowed(f) for f in fields(Config)] == [
        "a number from 0 to 1",
        "a whole number of at least 1",
        "a number",
        "one of huber, squared",
        "true or false",
    ]


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("lr", "1e-3", 0.001),
        ("units", "32", 32),
        ("loss", "squared", "squared"),
        ("double", "True", True),
        ("double", "false", False),
    ],
)
def test_text_becomes_a_value(name, text, value):
    parsed = parse(Config, name, text)
    assert parsed == value
    assert type(parsed) is type(value)


@pytest.mark.parametrize(
    ("name", "text", "right"),
    [
        ("lr", "fast", "a number from 0 to 1"),
        ("units", "3.5", "a whole number of at least 1"),
        ("double", "maybe", "true or false"),
        ("lrr", "0.1", "a known setting: lr, units, noise, loss, double"),
    ],
)
def test_text_that_is_no_value_is_refused(name, text, right):
    with pytest.raises(SettingError) as error:
        parse(Config, name, text)
    assert error.value.allowed == right
