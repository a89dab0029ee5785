// Arbitrary bytes as a model file: refused with an Error or read; what was read must be written and read again alike.
// The mutator knows the file's structure: lengths, offsets, shapes, types and options lie, and now and then tensors are
// laid out anew for what the options have become, or hardly any lie would come past the first check.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "continuo/base/error.h"
#include "continuo/weights/model_file.h"
#include "mutator.h"

namespace {

using namespace continuo;
using namespace continuo::fuzz;

constexpr const char* kNetworkKey = "continuo.network";
constexpr std::size_t kMaxData = 8192;

const std::vector<std::string> kWords = {"F32",
                                         "BF16",
                                         "I8",
                                         "F16",
                                         "I64",
                                         "wavenet",
                                         "lstm",
                                         "gru",
                                         "wavenet-lstm",
                                         "markov",
                                         "guide-cnn",
                                         "standard",
                                         "paper",
                                         "categorical",
                                         "real",
                                         "binary",
                                         "name",
                                         "output",
                                         "labels",
                                         "inputs",
                                         "vocabulary_size",
                                         "embedding",
                                         "hidden",
                                         "layers",
                                         "dropout",
                                         "match",
                                         "kernel_size",
                                         "input_kernel_size",
                                         "dilations",
                                         "stacks",
                                         "block",
                                         "window",
                                         "channels",
                                         "residual_channels",
                                         "skip_channels",
                                         "head_channels",
                                         "order",
                                         "entries",
                                         "max_entries",
                                         "shape",
                                         "dtype",
                                         "data_offsets",
                                         "__metadata__",
                                         "continuo.version",
                                         kNetworkKey,
                                         "1",
                                         "head.bias",
                                         "embedding.weight",
                                         ""};

struct File {
  Json header;
  Bytes data;
};

std::optional<File> read(const std::uint8_t* bytes, std::size_t size) {
  std::uint64_t length = 0;
  if (size < sizeof length) return std::nullopt;
  std::memcpy(&length, bytes, sizeof length);
  if (length > size - sizeof length) return std::nullopt;
  const auto* const begin = bytes + sizeof length;
  File file{.header = Json::parse(begin, begin + length, nullptr, false), .data = {begin + length, bytes + size}};
  if (!file.header.is_object()) return std::nullopt;
  return file;
}

Bytes write(const File& file, Random& random) {
  const std::string header = text_of(file.header);
  std::uint64_t length = header.size();
  if (one_in(random, 24)) length = lie(random, length);
  Bytes bytes(sizeof length);
  std::memcpy(bytes.data(), &length, sizeof length);
  bytes.insert(bytes.end(), header.begin(), header.end());
  bytes.insert(bytes.end(), file.data.begin(), file.data.end());
  return bytes;
}

/// The options of the network as JSON; nothing where there are none.
std::optional<Json> network_of(const File& file) {
  const auto metadata = file.header.find("__metadata__");
  if (metadata == file.header.end() || !metadata->is_object()) return std::nullopt;
  const auto text = metadata->find(kNetworkKey);
  if (text == metadata->end() || !text->is_string()) return std::nullopt;
  Json network = Json::parse(text->get<std::string>(), nullptr, false);
  if (network.is_discarded()) return std::nullopt;
  return network;
}

void set_network(File& file, const Json& network) { file.header["__metadata__"][kNetworkKey] = text_of(network); }

std::uint64_t bytes_of(const std::string& type) { return type == "I8" ? 1 : type == "BF16" ? 2 : 4; }

/// Tensors as the options want them, with values from the data as they come.
void lay_out_anew(File& file, Random& random) {
  const auto network = network_of(file);
  if (!network) return;
  std::vector<weights::TensorSpec> specs;
  try {
    specs = weights::tensor_specs(weights::network_spec_from_json(text_of(*network)));
  } catch (const Error&) {
    return;
  }
  Json header = {{"__metadata__", file.header["__metadata__"]}};
  std::uint64_t at = 0;
  const auto add = [&](const std::string& name, const std::string& type, const std::vector<std::int64_t>& shape) {
    std::uint64_t end = at + bytes_of(type);
    for (const std::int64_t extent : shape) {
      if (extent <= 0 || (end - at) > kMaxData / static_cast<std::uint64_t>(extent)) return false;
      end = at + (end - at) * static_cast<std::uint64_t>(extent);
    }
    header[name] = {{"dtype", type}, {"shape", shape}, {"data_offsets", {at, end}}};
    at = end;
    return true;
  };
  const std::array<std::string, 3> types = {"F32", "BF16", "I8"};
  const bool whole = one_in(random, 2);
  for (const int width : {4, 2, 1})  // so that every tensor is aligned
    for (const auto& tensor : specs) {
      const std::string& type = whole || tensor.shape.size() < 2 ? types[0] : types[tensor.name.size() % 3];
      if (static_cast<int>(bytes_of(type)) == width && !add(tensor.name, type, tensor.shape)) return;
      if (width == 4 && type == "I8" && !add(tensor.name + ".scale", "F32", {tensor.shape.front()})) return;
      if (at > kMaxData) return;
    }
  file.header = std::move(header);
  file.data.resize(at);
}

/// One tensor of the header, or nothing.
Json* some_tensor(File& file, Random& random) {
  if (file.header.size() < 2) return nullptr;
  auto entry = file.header.begin();
  std::advance(entry, static_cast<std::ptrdiff_t>(random.below(file.header.size())));
  return entry.key() != "__metadata__" && entry->is_object() ? &*entry : nullptr;
}

void change_tensor(File& file, Random& random) {
  Json* const tensor = some_tensor(file, random);
  Json* const other = some_tensor(file, random);
  if (tensor == nullptr || other == nullptr || !tensor->contains("data_offsets") || !other->contains("data_offsets"))
    return;
  switch (random.below(5)) {
    case 0:  // overlapping, or only told apart by their names
      (*tensor)["data_offsets"] = (*other)["data_offsets"];
      break;
    case 1:
      std::swap((*tensor)["data_offsets"], (*other)["data_offsets"]);
      break;
    case 2:
      std::swap((*tensor)["shape"], (*other)["shape"]);
      break;
    case 3:
      (*tensor)["dtype"] = any_of(random, std::array<std::string, 4>{"F32", "BF16", "I8", "F64"});
      break;
    default:
      mutate(random, *tensor, kWords);
  }
}

void change_data(File& file, Random& random) {
  static constexpr std::array<std::uint32_t, 8> kFloats = {0x7FC00000, 0x7F800000, 0xFF800000, 0x80000000,
                                                           0x00000001, 0x7F7FFFFF, 0x80808080, 0x3F800000};
  if (file.data.size() < 4 || one_in(random, 8)) {
    file.data.resize(random.below(kMaxData / 8));
    return;
  }
  const std::size_t at = random.below(file.data.size() - 3);
  std::memcpy(file.data.data() + at, &any_of(random, kFloats), 4);
}

void change_network(File& file, Random& random) {
  auto network = network_of(file);
  if (!network) return;
  mutate(random, *network, kWords);
  set_network(file, *network);
}

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned int seed) {
  Random random(seed);
  auto file = read(data, size);
  if (!file || one_in(random, 10)) return LLVMFuzzerMutate(data, size, max_size);
  for (auto changes = 1 + random.below(3); changes > 0; --changes) {
    switch (random.below(6)) {
      case 0:
      case 1:
        change_network(*file, random);
        if (!one_in(random, 3)) lay_out_anew(*file, random);
        break;
      case 2:
        change_tensor(*file, random);
        break;
      case 3:
        change_data(*file, random);
        break;
      case 4:
        mutate(random, file->header, kWords);
        break;
      default:
        lay_out_anew(*file, random);
    }
  }
  return give(write(*file, random), data, max_size);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const auto file = weights::ModelFile::parse(Bytes(data, data + size), "fuzz");
    weights::ModelContents contents{
        .network = file.network(), .metadata = file.all_metadata(), .tensors = {}, .precision = file.precision()};
    contents.metadata.erase("continuo.version");
    contents.metadata.erase(kNetworkKey);
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
