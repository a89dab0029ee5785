// Arbitrary bytes as a model file: refused with an Error or read; what was read must be written and read again alike.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "continuo/base/error.h"
#include "continuo/weights/model_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace continuo;
  try {
    const auto file = weights::ModelFile::parse(std::vector<std::uint8_t>(data, data + size), "fuzz");
    weights::ModelContents contents{
        .network = file.network(), .metadata = file.all_metadata(), .tensors = {}, .precision = file.precision()};
    contents.metadata.erase("continuo.version");
    contents.metadata.erase("continuo.network");
    for (const auto& [name, tensor] : file.tensors())
      contents.tensors[name].assign(tensor.values.begin(), tensor.values.end());
    const auto again = weights::ModelFile::parse(weights::serialise(contents));
    if (!(again.network() == file.network()) || again.parameter_count() != file.parameter_count()) std::abort();
    // What a stranger stored may be rounded once more, but then it stays.
    const auto settled = again.converted(again.precision());
    for (const auto& [name, tensor] : again.tensors())
      if (!std::ranges::equal(tensor.values, settled.tensor(name).values)) std::abort();
  } catch (const Error&) {
  }
  return 0;
}
