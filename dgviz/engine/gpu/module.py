"""Generated source as a module: Triton reads a kernel from the file in which it stands."""

import hashlib
from importlib.util import module_from_spec, spec_from_file_location
from types import ModuleType

from dgviz.files import write_whole
from dgviz.paths import cache_folder


def module_of(name: str, source: str) -> ModuleType:
    """The module with that source, kept as a file."""
    content = source.encode()
    path = cache_folder() / "kernels" / f"{name}_{hashlib.sha256(content).hexdigest()[:32]}.py"
    if not path.exists() or path.read_bytes() != content:
        write_whole(path, content)
    spec = spec_from_file_location(path.stem, path)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
