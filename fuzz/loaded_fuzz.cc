// Arbitrary bytes as a filter of passages: refused with an Error, or asked about passages without harm. The mutator
// changes numbers, buckets and bits, and puts the hash right.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "continuo/base/error.h"
#include "continuo/base/hash.h"
#include "continuo/loaded/known_passages.h"
#include "mutator.h"

namespace {

using namespace continuo;
using namespace continuo::fuzz;

// docs/originality.md
constexpr std::size_t kNumbers = 8, kHash = 40, kHashed = 72;

void put_hash_right(Bytes& bytes) {
  if (bytes.size() < kHashed) return;
  const bool with_header = bytes[kNumbers] >= 2;  // since version 2
  Bytes covered(bytes.begin(), bytes.begin() + (with_header ? kHash : 0));
  covered.insert(covered.end(), bytes.begin() + kHashed, bytes.end());
  std::ranges::copy(content_hash(covered), bytes.begin() + kHash);
}

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned int seed) {
  Random random(seed);
  Bytes bytes(data, data + size);
  if (size <= kHashed || one_in(random, 8)) {
    bytes.resize(max_size);
    bytes.resize(LLVMFuzzerMutate(bytes.data(), size, max_size));
    std::copy_n(data, std::min({size, bytes.size(), kNumbers + 8}), bytes.begin());  // magic and version stay
  } else {
    for (auto changes = 1 + random.below(3); changes > 0; --changes) {
      switch (random.below(5)) {
        case 0:
          lie_at<std::uint64_t>(random, bytes, kNumbers + 8 * random.below(4));
          break;
        case 1:
        case 2:
          lie_at<std::uint32_t>(random, bytes, kHashed + 4 * random.below((bytes.size() - kHashed) / 4 + 1));
          break;
        case 3:
          bytes[kHashed + random.below(bytes.size() - kHashed)] = one_in(random, 2) ? 0 : 0xFF;
          break;
        default:
          bytes.resize(std::max(kHashed + 1, std::min<std::size_t>(lie(random, bytes.size()) % 2048, max_size)));
      }
    }
  }
  if (!one_in(random, 16)) put_hash_right(bytes);
  return give(bytes, data, max_size);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const auto filter = loaded::PassageFilter::parse({data, size}, "fuzz");
    // Any passage may be asked about: the answer for the same one is the same.
    std::vector<Step> passage(filter.notes() - 1);
    for (int asked = 0; asked < 4; ++asked) {
      for (std::size_t i = 0; i < passage.size(); ++i)
        passage[i] = static_cast<Step>(data[(i * 7 + static_cast<std::size_t>(asked) * 13) % size] * 257);
      if (filter.contains(passage) != filter.contains(passage)) std::abort();
    }
  } catch (const Error&) {
  }
  return 0;
}
