"""Differences between the operating systems: interrupts, processes, shells, files on the disk.

Names that a system lacks stand behind ``sys.platform``, by which mypy checks each system's code.
"""

import errno
import os
import re
import shlex
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, redirect_stdout, suppress
from pathlib import Path
from types import FrameType
from typing import Any

# The signals by which others ask dashgen for an end, and dashgen asks what it has started.
if sys.platform == "win32":
    ENDING = (signal.SIGTERM, signal.SIGBREAK)  # Ctrl-Break, which others can send, too
    ASKING: tuple[int, ...] = (signal.CTRL_BREAK_EVENT,)
else:
    ENDING = (signal.SIGTERM, signal.SIGHUP)
    ASKING = (signal.SIGINT, signal.SIGTERM)

TRIES, PAUSE = 10, 0.05
PLAIN_WORD = re.compile(r"[\w./:\\@%+=-]+")
# Windows reads these names, with any ending and letters of any size, as devices.
DEVICE = re.compile(
    r"(con|prn|aux|nul|conin\$|conout\$|com[0-9\xb9\xb2\xb3]|lpt[0-9\xb9\xb2\xb3]) *(\..*)?",
    re.IGNORECASE,
)
UNUSABLE = re.compile(r'[<>:"|?*\x00-\x1f]|[ .]$')


def nobody_reads(error: OSError) -> bool:
    """Say whether printing failed because the pipe is closed at its other end."""
    if sys.platform == "win32":
        return error.errno in {errno.EPIPE, errno.EINVAL}
    return error.errno == errno.EPIPE


def reason(error: Exception) -> str:
    """Return why the system refuses something, in a few words."""
    return str(getattr(error, "strerror", None) or error).lower()


@contextmanager
def output_aside(quiet: bool) -> Iterator[None]:
    """Lead standard output to standard error, also that of programs, for the time of the block.

    Args:
        quiet: Keep both, and print them on standard error only if the block fails.
    """
    with tempfile.TemporaryFile() as kept:
        try:
            with ExitStack() as before, redirect_stdout(sys.stderr):
                for number in (1, 2):
                    before.callback(os.close, copy := os.dup(number))
                    before.callback(os.dup2, copy, number)
                if quiet:
                    os.dup2(kept.fileno(), 2)
                os.dup2(2, 1)
                yield
        except BaseException:
            kept.seek(0)
            sys.stderr.write(kept.read().decode(errors="replace"))
            raise


def has_current_folder() -> bool:
    """Say whether nobody has deleted the current folder."""
    try:
        Path.cwd()
    except OSError:
        return False
    return True


def quoted(word: str) -> str:
    """Return a word as users type it in a shell of this system. On Windows that is PowerShell."""
    if sys.platform != "win32":
        return shlex.quote(word)
    return word if PLAIN_WORD.fullmatch(word) else "'" + word.replace("'", "''") + "'"


def called(program: str) -> str:
    """Return how a program is called there by its path."""
    words = quoted(program)
    return f"& {words}" if sys.platform == "win32" and words != program else words


def in_turn(line: str) -> str:
    """Return a line of commands as the shell takes it. The PowerShell of Windows has no `&&`."""
    return line.replace(" && ", "; ") if sys.platform == "win32" else line


def show_colours() -> None:
    """Let a console of Windows read the codes of colours, which it prints as they are otherwise."""
    if sys.platform == "win32":
        import ctypes

        kernel, processed = ctypes.windll.kernel32, 4
        for number in (-11, -12):  # standard output and standard error
            handle, mode = kernel.GetStdHandle(number), ctypes.c_ulong()
            if kernel.GetConsoleMode(handle, ctypes.byref(mode)):
                kernel.SetConsoleMode(handle, mode.value | processed)


def refused(name: str) -> str:
    """Return why Windows does not take a name of a file or a folder, empty where it does."""
    if DEVICE.fullmatch(name):
        return "is the name of a device on Windows"
    if UNUSABLE.search(name):
        return "cannot be a name on Windows"
    return ""


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Hold interrupts back until the block has ended."""
    if sys.platform == "win32":
        with _noted():
            yield
    else:
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, *ENDING})
        try:
            yield
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _noted() -> Iterator[None]:
    """Take note of interrupts, and let the first one happen after the block."""
    noted: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        noted.append(number)

    before = {}
    with suppress(ValueError):  # only the main thread is interrupted, and only it can ask for this
        for number in (signal.SIGINT, *ENDING):
            before[number] = signal.signal(number, note)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if noted:
            signal.raise_signal(noted[0])


def sync_folder(folder: Path) -> None:
    """Write the names in a folder to the disk. Windows opens no folder and does it by itself."""
    if sys.platform != "win32":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def give(path: Path, owner: int, group: int) -> None:
    """Give a file to a user and a group, where files have them and that is allowed."""
    if sys.platform != "win32":
        with suppress(OSError):
            os.chown(path, owner, group)


def replace(source: Path, target: Path) -> None:
    """Put a file in the place of another, which may be read-only.

    Windows refuses a read-only target. It also refuses a file that a virus scanner or an index
    has open for a moment.

    Raises:
        OSError: The system refuses.
    """
    _again(lambda: source.replace(target), target)


def write_whole(path: Path, content: bytes, mode: int = 0o600) -> None:
    """Write a file so that nobody ever reads a part of it.

    Raises:
        OSError: The system refuses.
    """
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(mode)
        replace(Path(name), path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def remove(path: Path) -> None:
    """Remove a file, even if it is read-only. Windows itself refuses that.

    Raises:
        OSError: The system refuses.
    """
    _again(path.unlink, path)


def move(source: Path, target: Path) -> None:
    """Rename a file or a folder to a name that is free.

    Raises:
        OSError: The system refuses.
    """
    _again(lambda: source.rename(target))


def remove_tree(folder: Path, *, all_or_error: bool = True) -> None:
    """Remove a folder and all in it, such as git's objects, which are read-only.

    Args:
        folder: The folder.
        all_or_error: Leave nothing silently.

    Raises:
        OSError: The system refuses.
    """

    def mend(_function: Any, path: str, problem: Any) -> None:
        error = problem[1] if isinstance(problem, tuple) else problem
        try:
            if isinstance(error, PermissionError) and not Path(path).is_dir():
                remove(Path(path))
            elif not isinstance(error, FileNotFoundError):
                raise error
        except OSError:
            if all_or_error:
                raise

    if sys.version_info >= (3, 12):
        shutil.rmtree(folder, onexc=mend)
    else:
        shutil.rmtree(folder, onerror=mend)


def _again(act: Callable[[], object], read_only: Path | None = None) -> None:
    """Do something. On Windows, try again if a file was read-only, or open for a moment."""
    for tries in range(TRIES, 0, -1):
        try:
            act()
            return
        except PermissionError:
            if sys.platform != "win32" or tries == 1:
                raise
            if read_only and read_only.is_file() and not read_only.stat().st_mode & stat.S_IWUSR:
                read_only.chmod(read_only.stat().st_mode | stat.S_IWUSR)
            else:
                time.sleep(PAUSE)


def is_port(text: str) -> bool:
    """Say whether a text is the number of a port."""
    return text.isdecimal() and 0 < int(text) < 65536


def free_port(host: str, port: int) -> int:
    """Return a port that a server can have now: this one, or any where it is 0.

    Raises:
        OSError: It is not available.
    """
    # Imported here, because few commands need it.
    import socket

    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        # Servers do this, too. Otherwise a port counts as taken for a minute after its last use.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))
        return int(probe.getsockname()[1])


def apart() -> dict[str, Any]:
    """Return how a process is started that ends with all that it has started, see ``end_tree``."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}


def end_tree(process: "subprocess.Popen[str]", seconds: float) -> None:
    """End a process that was started ``apart``, and all that it has started.

    Args:
        process: It may have ended already.
        seconds: How long it has after each request before it is killed.
    """
    for number in ASKING:
        with suppress(OSError):
            _tell(process, number)
        # A second Ctrl-C does not wait for the time-out.
        with suppress(subprocess.TimeoutExpired, KeyboardInterrupt):
            process.wait(seconds)
            break
    _kill(process)
    with suppress(subprocess.TimeoutExpired, KeyboardInterrupt):
        process.wait(seconds)


def _tell(process: "subprocess.Popen[str]", number: int) -> None:
    if sys.platform == "win32":
        process.send_signal(number)
    else:
        os.killpg(process.pid, number)


def _kill(process: "subprocess.Popen[str]") -> None:
    """Kill a process and its children, even if the process itself has ended."""
    if sys.platform == "win32":
        words = ["taskkill", "/F", "/T", "/PID", str(process.pid)]
        subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, check=False)
        process.kill()
    else:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
