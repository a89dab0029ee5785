// Arbitrary bytes as the table beside a collection: refused with an Error or read; then every column can be asked for.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "continuo/base/error.h"
#include "continuo/corpus/manifest.h"
#include "scratch_folder.h"

namespace {

namespace fs = std::filesystem;

/// With two files that a table can name.
fs::path make_folder() {
  fs::path folder = scratch_folder();
  for (const char* file : {"a.mid", "b.mid"}) std::ofstream(folder / file) << "music";
  return folder;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace continuo;
  static const fs::path folder = make_folder();
  std::ofstream(folder / corpus::kManifestName, std::ios::binary | std::ios::trunc)
      .write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
  try {
    const corpus::Manifest manifest(folder);
    if (manifest.columns().empty()) std::abort();
    for (const std::string& name : manifest.columns()) {
      const std::size_t column = manifest.column(name);
      (void)manifest.value("a.mid", column);
      for (const auto& [file, label] : manifest.labels(column))
        if (label.empty()) std::abort();
    }
  } catch (const Error&) {
  }
  return 0;
}
