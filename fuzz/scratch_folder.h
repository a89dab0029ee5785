// A folder of its own for a fuzzer that goes through files.
#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

/// In memory where the system has such a folder. It stays when the fuzzer ends.
inline std::filesystem::path scratch_folder() {
  namespace fs = std::filesystem;
  const fs::path root = fs::exists("/dev/shm") ? fs::path("/dev/shm") : fs::temp_directory_path();
  std::string name = (root / "continuo-fuzz-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) std::abort();
  return name;
}
