"""The browser that photographs scenes and reports: Chromium of the machine, without a GPU.

Chromium and Chinese fonts come from the system's packages; nothing is downloaded. Where one of
them lacks, the error says in both languages how to get it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

# WebGL on the processor, the same pixels on every machine; and none of the browser's own errands.
_FLAGS = (
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist",
    "--hide-scrollbars",
    "--font-render-hinting=none",
    "--force-color-profile=srgb",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--no-pings",
)


class BrowserMissingError(RuntimeError):
    """There is no Chromium on this machine."""


class ChineseFontMissingError(RuntimeError):
    """There is no font with Chinese characters on this machine."""


def find_chromium() -> Path:
    """Find the browser: ``CIM_CHROMIUM`` if set, else by its usual names on ``PATH``.

    Raises
    ------
    BrowserMissingError
        If there is none, or ``CIM_CHROMIUM`` names no program.
    """
    wanted = os.environ.get("CIM_CHROMIUM")
    for name in (wanted,) if wanted else _NAMES:
        if found := shutil.which(name):
            return Path(found)
    where = f"CIM_CHROMIUM={wanted}" if wanted else "PATH"
    raise BrowserMissingError(
        f"找不到 Chromium 浏览器（{where}）。安装：apt install chromium，"
        "或用环境变量 CIM_CHROMIUM 指定其路径。\n"
        f"No Chromium browser found ({where}). Install it with: apt install chromium, "
        "or name its path in the environment variable CIM_CHROMIUM."
    )


def require_chinese_font() -> None:
    """Make sure that Chinese names will be drawn as characters, not as empty boxes.

    Raises
    ------
    ChineseFontMissingError
        If fontconfig is missing or knows no font for Chinese.
    """
    listing = shutil.which("fc-list")
    if listing is not None:
        fonts = subprocess.run(
            [listing, ":lang=zh", "family"], capture_output=True, text=True, check=False
        )
        if fonts.stdout.strip():
            return
    raise ChineseFontMissingError(
        "本机没有中文字体，图中的中文会显示为方框。安装：apt install fontconfig fonts-noto-cjk\n"
        "This machine has no font with Chinese characters; names would show as boxes. "
        "Install one with: apt install fontconfig fonts-noto-cjk"
    )


@contextmanager
def open_browser() -> Iterator[Browser]:
    """Start Chromium for the time of a ``with`` block.

    It runs in the calling thread, which must not run an asyncio loop.

    Raises
    ------
    BrowserMissingError, ChineseFontMissingError
        If the machine lacks either.
    """
    program = find_chromium()
    require_chinese_font()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(_FLAGS))
        try:
            yield browser
        finally:
            browser.close()
