"""Kernels as machine code for this processor, kept on disk between sessions."""

import contextlib
import ctypes
import hashlib
import logging
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

import llvmlite
import llvmlite.binding as llvm

from dgviz.files import write_whole
from dgviz.paths import cache_folder

OPTIMIZATION = 2
DIGEST = 32  # bytes of a checksum
KEPT = 2 * 24 * 3600  # seconds: other versions may be in use beside this one
Function = Callable[..., None]


@cache
def _target() -> tuple[llvm.Target, str, str, str]:
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    triple = llvm.get_process_triple()
    features = llvm.get_host_cpu_features().flatten()
    return llvm.Target.from_triple(triple), triple, llvm.get_host_cpu_name(), features


@cache
def vector_bytes() -> int:
    """The size of this processor's vector registers."""
    features = _target()[3].split(",")
    if "+avx512f" in features:
        return 64
    return 32 if "+avx" in features else 16


def compiled(name: str, description: str, write: Callable[[], str], n_numbers: int) -> Function:
    """The function `name` in the code that `write` gives, from disk if it was compiled there before.

    Kernels whose code differs need different descriptions. The function takes a pointer, `n_numbers` whole numbers
    and a pointer.
    """
    path = _tidied(cache_folder() / "kernels") / f"{name}-{_version()}-{_digest(description)}"
    code = _read(path)
    if code is None:
        code = _compile(write())
        _write(path, code)
    else:
        _touch(path)
    engine = _engine(code)
    kinds = [ctypes.c_void_p, *[ctypes.c_int64] * n_numbers, ctypes.c_void_p]
    function = ctypes.CFUNCTYPE(None, *kinds)(engine.get_function_address(name))
    function.engine = engine  # type: ignore[attr-defined]  # which owns the code
    return function


@cache
def _tidied(folder: Path) -> Path:
    """The folder without kernels of another version that nobody has used for some days; once in a session."""
    try:
        kernels = [path for path in folder.iterdir() if "-" in path.name]
        for path in kernels:
            if path.name.split("-")[1] != _version() and time.time() - path.stat().st_mtime > KEPT:
                path.unlink()
    except OSError as error:
        logging.getLogger(__name__).info("old kernels are not deleted: %s", error)
    return folder


def _version() -> str:
    """That of the code that writes kernels and of LLVM, as a short text."""
    return hashlib.sha256(f"{_own_version()} {llvmlite.__version__}".encode()).hexdigest()[:8]


def _digest(description: str) -> str:
    """Identifies a kernel by its task, the code that wrote it, the version of LLVM and the processor."""
    parts = [description, _own_version(), llvmlite.__version__, *_target()[1:], str(OPTIMIZATION)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


@cache
def _own_version() -> str:
    """Changes with any line of the engine."""
    files = sorted(Path(__file__).parents[1].rglob("*.py"))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def _machine() -> llvm.TargetMachine:
    target, _, processor, features = _target()
    return target.create_target_machine(cpu=processor, features=features, opt=OPTIMIZATION, jit=True)


def _compile(source: str) -> bytes:
    machine = _machine()
    module = llvm.parse_assembly(source)
    module.triple = _target()[1]
    module.data_layout = str(machine.target_data)
    builder = llvm.create_pass_builder(machine, llvm.create_pipeline_tuning_options(speed_level=OPTIMIZATION))
    builder.getModulePassManager().run(module, builder)
    return machine.emit_object(module)


def _engine(code: bytes) -> llvm.ExecutionEngine:
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), _machine())
    engine.add_object_file(llvm.ObjectFileRef.from_data(code))
    engine.finalize_object()
    return engine


def _read(path: Path) -> bytes | None:
    """The code in a file; None if there is none or it is not as it was written."""
    try:
        content = path.read_bytes()
    except OSError:
        return None
    # File: checksum, then machine code. Half a file or a damaged one is compiled again.
    digest, code = content[:DIGEST], content[DIGEST:]
    return code if hashlib.sha256(code).digest() == digest else None


def _touch(path: Path) -> None:
    """Say that a kernel is in use."""
    with contextlib.suppress(OSError):
        path.touch()


def _write(path: Path, code: bytes) -> None:
    """Keep code in a file; where nothing can be written it is compiled again next time."""
    try:
        write_whole(path, hashlib.sha256(code).digest() + code)
    except OSError as error:
        logging.getLogger(__name__).info("kernels are not kept: %s", error)
