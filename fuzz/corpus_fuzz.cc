// Arbitrary bytes as a dataset file: refused with an Error or opened, and then whole. The mutator changes numbers of
// the header and of pieces, steps, names and the representation, and puts lengths and hashes right, or hardly any
// damage would come past them.
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "continuo/base/error.h"
#include "continuo/base/hash.h"
#include "continuo/corpus/dataset.h"
#include "mutator.h"

namespace {

using namespace continuo;
using namespace continuo::fuzz;

// docs/dataset-file.md
constexpr std::size_t kHeader = 192, kFileBytes = 24, kSteps = 40, kIndexOffset = 48, kIndexBytes = 56, kPieces = 64;
constexpr std::size_t kIndexHash = 128, kHeaderHash = 160, kEntry = 80, kEntryHash = 40, kEntryName = 72;

const std::vector<std::string> kWords = {
    "name",        "settings", "labels", "vocabulary", "remi", "events", "notes", "frames", "mulaw", "spectrum",
    "sample_rate", "unknown",  "lowest", "highest",    "8000", "on",     "off",   "-1",     ""};

template <class T>
T number_at(const Bytes& bytes, std::size_t at) {
  T value{};
  if (at <= bytes.size() && sizeof value <= bytes.size() - at) std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

template <class T>
void put(Bytes& bytes, std::size_t at, T value) {
  if (at <= bytes.size() && sizeof value <= bytes.size() - at) std::memcpy(bytes.data() + at, &value, sizeof value);
}

void put_hash(Bytes& bytes, std::size_t at, std::span<const std::uint8_t> of) {
  if (at + 32 <= bytes.size()) std::ranges::copy(content_hash(of), bytes.begin() + static_cast<std::ptrdiff_t>(at));
}

/// The parts of a file, of which each can be changed by itself.
struct File {
  Bytes header, steps;
  std::string representation;
  Bytes rest;  ///< of the index: what was lost, then the pieces
};

std::optional<File> split(const Bytes& bytes) {
  const auto index = number_at<std::uint64_t>(bytes, kIndexOffset);
  if (bytes.size() < kHeader || index < kHeader || index > bytes.size() || bytes.size() - index < 4)
    return std::nullopt;
  const auto length = number_at<std::uint32_t>(bytes, index);
  if (length > bytes.size() - index - 4) return std::nullopt;
  const auto part = [&](std::size_t from, std::size_t to) {
    return Bytes(bytes.begin() + static_cast<std::ptrdiff_t>(from), bytes.begin() + static_cast<std::ptrdiff_t>(to));
  };
  const Bytes text = part(index + 4, index + 4 + length);
  return File{.header = part(0, kHeader),
              .steps = part(kHeader, index),
              .representation = {text.begin(), text.end()},
              .rest = part(index + 4 + length, bytes.size())};
}

/// Each piece's entry gets the hash of its steps.
void put_piece_hashes(const File& file, Bytes& bytes, std::size_t rest) {
  std::size_t at = rest;
  const auto skip = [&](std::size_t count) { at = count > bytes.size() - at ? bytes.size() : at + count; };
  const bool tells_losses = number_at<std::uint32_t>(bytes, 8) >= 3;  // since version 3
  const auto sentences = tells_losses ? number_at<std::uint32_t>(bytes, at) : 0;
  if (tells_losses) skip(4);
  for (std::uint32_t i = 0; i < sentences && at < bytes.size(); ++i) skip(4 + number_at<std::uint32_t>(bytes, at));
  const auto step_bytes = std::max<std::uint32_t>(1, number_at<std::uint32_t>(bytes, 20));
  while (at + kEntry <= bytes.size()) {
    const auto first = number_at<std::uint64_t>(bytes, at);
    const auto count = number_at<std::uint64_t>(bytes, at + 8);
    const std::size_t all = file.steps.size() / step_bytes;
    if (first <= all && count <= all - first)
      put_hash(bytes, at + kEntryHash,
               std::span<const std::uint8_t>(file.steps).subspan(first * step_bytes, count * step_bytes));
    skip(kEntry + number_at<std::uint32_t>(bytes, at + kEntryName));
  }
}

Bytes join(const File& file, Random& random) {
  Bytes bytes = file.header;
  bytes.insert(bytes.end(), file.steps.begin(), file.steps.end());
  const std::size_t index = bytes.size();
  bytes.resize(index + 4);
  put(bytes, index, static_cast<std::uint32_t>(file.representation.size()));
  bytes.insert(bytes.end(), file.representation.begin(), file.representation.end());
  const std::size_t rest = bytes.size();
  bytes.insert(bytes.end(), file.rest.begin(), file.rest.end());
  const bool lies = one_in(random, 6);  // about its own lengths
  if (!lies) {
    const auto step_bytes = std::max<std::uint32_t>(1, number_at<std::uint32_t>(bytes, 20));
    put<std::uint64_t>(bytes, kFileBytes, bytes.size());
    put<std::uint64_t>(bytes, kSteps, file.steps.size() / step_bytes);
    put<std::uint64_t>(bytes, kIndexOffset, index);
    put<std::uint64_t>(bytes, kIndexBytes, bytes.size() - index);
  }
  if (!one_in(random, 16)) put_piece_hashes(file, bytes, rest);
  if (!one_in(random, 16)) put_hash(bytes, kIndexHash, std::span<const std::uint8_t>(bytes).subspan(index));
  if (!one_in(random, 16)) put_hash(bytes, kHeaderHash, std::span<const std::uint8_t>(bytes).first(kHeaderHash));
  return bytes;
}

void change(File& file, Random& random) {
  switch (random.below(6)) {
    case 0:
      lie_at<std::uint32_t>(random, file.header, 12 + 4 * random.below(3));
      break;
    case 1:
      lie_at<std::uint64_t>(random, file.header, any_of(random, std::array{kFileBytes, kSteps, kIndexOffset, kPieces}));
      break;
    case 2:
      if (!file.steps.empty())
        file.steps[random.below(file.steps.size())] = static_cast<std::uint8_t>(random.below(256));
      break;
    case 3:
      file.steps.resize(std::min<std::uint64_t>(lie(random, file.steps.size()), 2048));
      break;
    case 4: {
      Json json = Json::parse(file.representation, nullptr, false);
      if (json.is_discarded()) return;
      mutate(random, json, kWords);
      file.representation = text_of(json);
      break;
    }
    default:
      if (one_in(random, 4))
        file.rest.resize(std::min<std::uint64_t>(lie(random, file.rest.size()), 1024));
      else if (one_in(random, 2))
        lie_at<std::uint64_t>(random, file.rest, random.below(file.rest.size() + 1));
      else
        lie_at<std::uint32_t>(random, file.rest, random.below(file.rest.size() + 1));
  }
}

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned int seed) {
  Random random(seed);
  auto file = split(Bytes(data, data + size));
  if (!file || one_in(random, 12)) return LLVMFuzzerMutate(data, size, max_size);
  for (auto changes = 1 + random.below(3); changes > 0; --changes) change(*file, random);
  return give(join(*file, random), data, max_size);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const int file = ::memfd_create("fuzz", MFD_CLOEXEC);
  if (file < 0 || ::write(file, data, size) != static_cast<ssize_t>(size)) std::abort();
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
  return 0;
}
