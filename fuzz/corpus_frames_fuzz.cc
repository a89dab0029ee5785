// Arbitrary bytes as a JSON file of frames: refused with an Error, or made into a dataset of which every symbol is one.
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "continuo/base/error.h"
#include "continuo/corpus/frame_file.h"

namespace {

namespace fs = std::filesystem;

fs::path make_folder() {
  const fs::path root = fs::exists("/dev/shm") ? fs::path("/dev/shm") : fs::temp_directory_path();
  std::string name = (root / "continuo-fuzz-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) std::abort();
  return name;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace continuo;
  static const fs::path folder = make_folder();
  std::ofstream(folder / "frames.json", std::ios::binary | std::ios::trunc)
      .write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
  try {
    const auto dataset = corpus::open_frame_file(folder / "frames.json", {.name = "frames"}, folder / "cache");
    for (const auto& piece : dataset.pieces())
      for (std::size_t i = 0; i < piece.symbols.size(); ++i)
        if (piece.symbols[i] >= dataset.width()) std::abort();
    fs::remove(dataset.path());
  } catch (const Error&) {
  }
  return 0;
}
