"""Calling the functions of a plugin: they may raise, take too long, or try to end the program.

A thread in Python cannot be stopped from outside. So the caller goes on without it, what it still
returns is thrown away, and while as many are stuck as `MOST_STUCK` no more are begun for that
plugin. Code that ends the process itself (``os._exit``) cannot be held.
"""

from __future__ import annotations

import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable
from typing import Any, Generic, TypeVar

T = TypeVar("T")
MOST_STUCK = 4
LONGEST_SAID = 1_000  # signs
LONGEST_TRACE = 50_000
_stuck: Counter[str] = Counter()
_guard = threading.Lock()


class TooSlow(Exception):
    """A function of a plugin did not end in time or could not begin at all."""


class PluginExit(Exception):
    """A function of a plugin tried to end the program."""


def said(error: BaseException) -> str:
    """What an error of a plugin says, at most 1,000 signs; "" when it cannot say it. Never raises.

    The text can be encoded and is an exact str, whatever the class of the error does.
    """
    try:
        return exact_text(str(error), LONGEST_SAID)
    except BaseException:  # its own __str__ may raise anything
        return ""


def named(error: BaseException) -> str:
    """The same after the name of its class: "ValueError: no number"."""
    try:
        name = exact_text(type(error).__name__, LONGEST_SAID)
    except BaseException:  # so may that of a metaclass
        name = "Exception"
    return f"{name}: {said(error)}"


def trace_of(error: BaseException) -> str:
    """What Python shows of an error, at most 50,000 signs. Never raises."""
    try:
        return exact_text("".join(traceback.format_exception(error)), LONGEST_TRACE)
    except BaseException:
        return named(error)


def exact_text(text: str, longest: int) -> str:
    """The first signs of a text as an exact str; "?" for what no file or page can hold."""
    cut = str.__getitem__(text, slice(longest))
    return str.encode(cut, "utf-8", "replace").decode("utf-8")


def within_time(plugin: str, seconds: float, function: Callable[..., T], *arguments: Any) -> T:
    """What `function(*arguments)` returns within a time.

    plugin  name under which stuck calls are counted
    Raises TooSlow, PluginExit, or any Exception that the function raises.
    """
    return Call(plugin, function, *arguments).result(seconds)


class Call(Generic[T]):
    """A call that has begun in a thread of its own.

    Raises TooSlow when too many others are stuck, or the machine has no thread left.

    took  seconds it took, once it has ended
    """

    def __init__(self, plugin: str, function: Callable[..., T], *arguments: Any) -> None:
        if _stuck[plugin] >= MOST_STUCK:
            raise TooSlow(f"{_stuck[plugin]} earlier calls have not ended yet.")
        self._plugin, self._function, self._arguments = plugin, function, arguments
        self._ended, self._left = threading.Event(), False
        self._result: Any = None
        self._error: Exception | None = None
        self.took = 0.0
        thread = threading.Thread(target=self._run, name=f"plugin-{plugin}", daemon=True)
        try:
            thread.start()
        except RuntimeError as error:
            raise TooSlow(f"It could not begin: {error}.") from error

    def result(self, seconds: float) -> T:
        """Wait so long at most. Raises as within_time does."""
        if not self._ended.wait(max(0.0, seconds)):
            self._leave()
            raise TooSlow(f"It took longer than {seconds:.2g} seconds.")
        if self._error is not None:
            raise self._error
        return self._result  # type: ignore[no-any-return]

    def _run(self) -> None:
        began = time.perf_counter()
        try:
            self._result = self._function(*self._arguments)
        except Exception as error:
            self._error = error
        except BaseException as error:  # SystemExit, KeyboardInterrupt
            self._error = PluginExit(named(error))
        self.took = time.perf_counter() - began
        with _guard:
            self._ended.set()
            if self._left:
                _stuck[self._plugin] -= 1

    def _leave(self) -> None:
        """Count it as stuck until it ends after all."""
        with _guard:
            if not self._ended.is_set():
                self._left = True
                _stuck[self._plugin] += 1
