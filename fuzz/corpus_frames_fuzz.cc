// Arbitrary bytes as a JSON file of frames: refused with an Error, or made into a dataset of which every symbol is one.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "continuo/base/error.h"
#include "continuo/corpus/frame_file.h"
#include "scratch_folder.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace continuo;
  static const std::filesystem::path folder = scratch_folder();
  std::ofstream(folder / "frames.json", std::ios::binary | std::ios::trunc)
      .write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
  try {
    const auto dataset = corpus::open_frame_file(folder / "frames.json", {.name = "frames"}, folder / "cache");
    for (const auto& piece : dataset.pieces())
      for (std::size_t i = 0; i < piece.symbols.size(); ++i)
        if (piece.symbols[i] >= dataset.width()) std::abort();
    std::filesystem::remove(dataset.path());
  } catch (const Error&) {
  }
  return 0;
}
