// Checkpoints: a Learner as one file.
#include <torch/serialize.h>

#include <algorithm>
#include <string_view>

#include "continuo/base/error.h"
#include "continuo/base/file.h"
#include "continuo/base/hash.h"
#include "continuo/training/run_folder.h"
#include "training/learner_parts.h"

namespace continuo::training {

using torch::Tensor;

namespace {

[[noreturn]] void bad_checkpoint(const std::filesystem::path& path, const std::string& why) {
  throw Error(ErrorInfo{.message = "this checkpoint cannot be used: " + why,
                        .path = path.string(),
                        .hint = ways_out(path.parent_path()),
                        .code = ErrorCode::kDamaged});
}

/// A checkpoint is this line, content_hash() of what follows the next line, a line feed, and libtorch's archive. Old
/// ones are the archive alone, a ZIP file.
constexpr std::string_view kMagic = "continuo checkpoint 2\n";
constexpr std::size_t kHeaderSize = kMagic.size() + 32 + 1;
constexpr std::string_view kZipMagic = "PK\x03\x04";

std::string_view text_of(std::span<const std::uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Throws Error where the header or the hash does not fit.
void check_hash(std::span<const std::uint8_t> bytes, const std::filesystem::path& path) {
  const std::string_view text = text_of(bytes);
  if (text.starts_with(kZipMagic)) return;
  if (bytes.size() <= kHeaderSize || !text.starts_with(kMagic) || text[kHeaderSize - 1] != '\n')
    bad_checkpoint(path, "it does not begin as a checkpoint does");
  if (text.substr(kMagic.size(), 32) != content_hash(bytes.subspan(kHeaderSize)))
    bad_checkpoint(path, "it is damaged: its content does not fit its hash");
}

/// The first line of what libtorch has to say.
std::string short_reason(const c10::Error& error) {
  const std::string text = error.what_without_backtrace();
  return text.substr(0, text.find('\n'));
}

torch::serialize::InputArchive open_archive(std::span<const std::uint8_t> bytes, torch::Device device = torch::kCPU) {
  if (!text_of(bytes).starts_with(kZipMagic)) bytes = bytes.subspan(kHeaderSize);
  torch::serialize::InputArchive archive;
  archive.load_from(reinterpret_cast<const char*>(bytes.data()), bytes.size(), device);
  return archive;
}

}  // namespace

nets::State Learner::Parts::whole_state() const {
  if (ranks == nullptr) return state;
  nets::State whole;
  const Share own = own_rows();
  for (const Tensor& tensor : state.tensors) {
    std::vector<std::int64_t> shape = tensor.sizes().vec();
    shape.at(1) = options.batch;
    Tensor& all = whole.tensors.emplace_back(torch::zeros(shape, tensor.options()));
    all.narrow(1, own.from, own.count).copy_(tensor);
    ranks->link()->sum(all);
  }
  return whole;
}

void Learner::save(const std::filesystem::path& path, const std::string& text) const {
  const nets::State whole = parts_->whole_state();
  if (parts_->ranks != nullptr && !parts_->ranks->first()) return;
  torch::serialize::OutputArchive archive;
  torch::serialize::OutputArchive network;
  torch::serialize::OutputArchive optimiser;
  torch::serialize::OutputArchive state;
  torch::serialize::OutputArchive average;
  parts_->network->save(network);
  parts_->optimiser->save(optimiser);
  for (std::size_t i = 0; i < whole.tensors.size(); ++i)
    state.write(std::to_string(i), whole.tensors[i], /*is_buffer=*/true);
  state.write("count", torch::tensor(static_cast<std::int64_t>(whole.tensors.size())), /*is_buffer=*/true);
  for (std::size_t i = 0; i < parts_->average.size(); ++i)
    average.write(std::to_string(i), parts_->average[i], /*is_buffer=*/true);
  average.write("steps", torch::tensor(parts_->averaged), /*is_buffer=*/true);
  archive.write("average", average);
  archive.write("network", network);
  archive.write("optimiser", optimiser);
  archive.write("state", state);
  archive.write("text", c10::IValue(text));
  // Through memory: on a full disk libtorch's own file writer would end the process.
  std::vector<std::uint8_t> bytes(kHeaderSize);
  archive.save_to([&](const void* data, std::size_t size) {
    const auto* first = static_cast<const std::uint8_t*>(data);
    bytes.insert(bytes.end(), first, first + size);
    return size;
  });
  const std::string header = std::string(kMagic) + content_hash(std::span(bytes).subspan(kHeaderSize)) + "\n";
  std::ranges::copy(header, bytes.begin());
  write_file_atomically(path, bytes);
}

std::string Learner::saved_text(std::span<const std::uint8_t> bytes, const std::filesystem::path& path) {
  check_hash(bytes, path);
  try {
    c10::IValue text;
    open_archive(bytes).read("text", text);
    return text.toStringRef();
  } catch (const c10::Error& error) {
    bad_checkpoint(path, short_reason(error));
  }
}

void Learner::load(std::span<const std::uint8_t> bytes, const std::filesystem::path& path) {
  try {
    torch::serialize::InputArchive archive = open_archive(bytes, parts_->device);
    torch::serialize::InputArchive network;
    torch::serialize::InputArchive optimiser;
    torch::serialize::InputArchive state;
    archive.read("network", network);
    archive.read("optimiser", optimiser);
    archive.read("state", state);
    parts_->network->load(network);
    parts_->optimiser->load(optimiser);
    parts_->begin_average();
    torch::serialize::InputArchive average;
    if (!parts_->average.empty() && archive.try_read("average", average)) {
      Tensor steps;
      average.read("steps", steps, /*is_buffer=*/true);
      parts_->averaged = steps.item<std::int64_t>();
      for (std::size_t i = 0; i < parts_->average.size() && parts_->averaged > 0; ++i)
        average.read(std::to_string(i), parts_->average[i], /*is_buffer=*/true);
    }
    Tensor count;
    state.read("count", count, /*is_buffer=*/true);
    parts_->state.tensors.assign(static_cast<std::size_t>(count.item<std::int64_t>()), Tensor{});
    for (std::size_t i = 0; i < parts_->state.tensors.size(); ++i) {
      Tensor& tensor = parts_->state.tensors[i];
      state.read(std::to_string(i), tensor, /*is_buffer=*/true);
      if (parts_->ranks == nullptr) continue;
      const Share own = parts_->own_rows();
      tensor = tensor.narrow(1, own.from, own.count).contiguous();
    }
  } catch (const c10::Error& error) {
    bad_checkpoint(path, short_reason(error));
  }
}

}  // namespace continuo::training
