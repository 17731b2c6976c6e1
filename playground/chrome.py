"""What surrounds every page: styles, language switch, presenter mode."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage
from streamlit.runtime.pages_manager import PagesManager

from playground.components import keys
from playground.language import LANGUAGES, label, language

HERE = Path(__file__).parent


def presenting() -> bool:
    """Whether the page is on a projector: asked for by the link, then kept by the session."""
    if st.query_params.get("present") == "1":
        st.session_state.presenting = True
    return bool(st.session_state.get("presenting"))


def begin(section: int, name: str) -> None:
    """Begin a page: its number and title.

    The first run of a fresh server does not know `st.navigation` yet. Met with the address of a
    page, Streamlit then takes `pages/` for its own and runs the page without the entry script (if
    its file has the name of the address; else it says "Page not found"). So the page goes back.
    """
    if not st.session_state.pop("chrome_drawn", False):
        PagesManager.uses_pages_directory = False
        st.rerun()
    st.title(f"{section}　{label(f'nav.{name}')}", anchor=False)


def draw_chrome() -> None:
    """Draw what is the same on every page, in the sidebar and out of sight."""
    st.session_state.chrome_drawn = True
    if presenting():
        st.query_params["present"] = "1"
    st.html(f"<style>{_css('frame')}{_css('presenter') if presenting() else ''}</style>")
    with st.sidebar:
        st.session_state.lang = language()
        st.segmented_control(
            label("chrome.language"),
            list(LANGUAGES),
            format_func=LANGUAGES.__getitem__,
            key="lang",
            required=True,
            label_visibility="collapsed",
            on_change=_switch_language,
        )
        st.session_state.present = presenting()
        st.toggle(
            label("chrome.presenter"),
            key="present",
            help=label("chrome.presenter_help"),
            on_change=_switch_presenter,
        )
        keys()


@cache
def settle(page: str) -> None:
    """Keep what a page has loaded for good out of the garbage collection after every run.

    Streamlit collects after each click, all generations: with the libraries of these pages a tenth
    of a second while the numbers wait to be sent. Once for each page and server, not for each run:
    what is frozen is never looked at again.
    """
    gc.collect()
    gc.freeze()


def draw_neighbours(pages: Sequence[StreamlitPage], page: StreamlitPage) -> None:
    """Draw links to the page before and the page after, along the document."""
    if page not in pages:
        return
    at = pages.index(page)
    with st.container(horizontal=True, horizontal_alignment="distribute", key="neighbours"):
        for other, icon in ((at - 1, "arrow_back"), (at + 1, "arrow_forward")):
            if 0 <= other < len(pages):
                st.page_link(pages[other], icon=f":material/{icon}:")


def _switch_language() -> None:
    st.query_params["lang"] = st.session_state.lang


def _switch_presenter() -> None:
    st.session_state.presenting = st.session_state.present
    st.query_params.pop("present", None)


@cache
def _css(name: str) -> str:
    return (HERE / f"{name}.css").read_text(encoding="utf-8")
