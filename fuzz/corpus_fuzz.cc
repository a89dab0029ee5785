// Arbitrary bytes as a dataset file: refused with an Error or opened, and then whole. Each input is also tried with its
// hashes of index and header put right, or hardly any damage would come past them.
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "continuo/base/error.h"
#include "continuo/base/hash.h"
#include "continuo/corpus/dataset.h"

namespace {

using namespace continuo;

void open_dataset_of(std::span<const std::uint8_t> bytes) {
  const int file = ::memfd_create("fuzz", MFD_CLOEXEC);
  if (file < 0 || ::write(file, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())) std::abort();
  try {
    const corpus::Dataset dataset("/proc/self/fd/" + std::to_string(file));
    std::uint64_t steps = 0;
    for (const auto& piece : dataset.pieces()) {
      steps += dataset.steps(piece);
      for (std::size_t i = 0; i < piece.symbols.size(); ++i)
        if (piece.symbols[i] >= dataset.width()) std::abort();
    }
    std::uint64_t parts = 0;
    for (const auto part : {corpus::Part::kTrain, corpus::Part::kValidation, corpus::Part::kTest})
      parts += dataset.symbol_count(part);
    if (steps == 0 && !dataset.pieces().empty()) std::abort();
    if (steps != parts) std::abort();
  } catch (const Error&) {
  }
  ::close(file);
}

/// The layout is that of docs/dataset-file.md.
void put_hashes_right(std::vector<std::uint8_t>& bytes) {
  constexpr std::size_t kIndexOffset = 48, kIndexHash = 128, kHeaderHash = 160, kHeader = 192;
  if (bytes.size() < kHeader) return;
  std::uint64_t index = 0;
  std::memcpy(&index, bytes.data() + kIndexOffset, sizeof index);
  if (index > bytes.size()) return;
  const std::span<const std::uint8_t> all(bytes);
  std::ranges::copy(content_hash(all.subspan(index)), bytes.begin() + kIndexHash);
  std::ranges::copy(content_hash(all.first(kHeaderHash)), bytes.begin() + kHeaderHash);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::vector<std::uint8_t> bytes(data, data + size);
  open_dataset_of(bytes);
  put_hashes_right(bytes);
  open_dataset_of(bytes);
  return 0;
}
