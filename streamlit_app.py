"""RL Playground: navigation, language and presenter mode."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from playground.chrome import draw_chrome, draw_neighbours, presenting, settle
from playground.language import choose_language, label

PAGES = {
    "introduction": (1, "introduction"),
    "mdp": (2, "mdp"),
    "two_routes": (3, "two-routes"),
    "q_learning": (4, "q-learning"),
    "dqn": (5, "dqn"),
    "reinforce": (6, "reinforce"),
    "actor_critic": (7, "actor-critic"),
    "double_dqn": (8, "double-dqn"),
    "td3": (9, "td3"),
    "ppo": (10, "ppo"),
    "trpo": (11, "trpo"),
    "sac": (12, "sac"),
}  # section of the document, path

st.set_page_config(
    page_icon=Path(__file__).with_name("playground") / "icon.svg",
    layout="wide",
    initial_sidebar_state="collapsed" if presenting() else "auto",
)
choose_language()

pages = [  # the space beside one digit is as wide as a digit: the names stand in one column
    st.Page(f"pages/{path}.py", title=f"{section:\u2007<2}　{label(f'nav.{name}')}", url_path=path)
    for name, (section, path) in PAGES.items()
]


def home() -> None:
    """The bare address leads to the first page (a `default` page would lose its own path)."""
    st.switch_page(pages[0], query_params=dict(st.query_params))


start = st.Page(home, url_path="", default=True, visibility="hidden")
page = st.navigation([start, *pages])
draw_chrome()
page.run()
draw_neighbours(pages, page)
settle(page.url_path)
