"""The app through Streamlit's AppTest: open a page, click, read what it says."""

from __future__ import annotations

from pathlib import Path

from streamlit.testing.v1 import AppTest

APP = Path(__file__).parents[2] / "streamlit_app.py"


def open_page(name: str, lang: str = "en", *, prefix: str = "", **query: str) -> AppTest:
    """A page, as a link with such a query opens it; `prefix` is put before each of its names."""
    app = AppTest.from_file(str(APP), default_timeout=90)
    app.query_params["lang"] = lang
    for key, value in query.items():
        app.query_params[prefix + key] = value
    app.switch_page(f"pages/{name}.py").run()
    assert not app.exception
    return app


def click_on(prefix: str, app: AppTest, *keys: str) -> AppTest:
    """Buttons, one after the other, by what follows the prefix in their keys."""
    for key in keys:
        app.button(key=prefix + key).click().run()
        assert not app.exception
    return app


def said(app: AppTest) -> str:
    return " ".join(element.value for element in [*app.markdown, *app.warning, *app.caption])
