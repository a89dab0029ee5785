// Checkpoints: a Learner as one file.
#include <torch/serialize.h>

#include "continuo/base/error.h"
#include "continuo/base/file.h"
#include "training/learner_parts.h"

namespace continuo::training {

using torch::Tensor;

namespace {

[[noreturn]] void bad_checkpoint(const std::filesystem::path& path, const std::string& why) {
  throw Error(ErrorInfo{.message = "this checkpoint cannot be used: " + why,
                        .path = path.string(),
                        .hint = "Train without --resume to begin anew."});
}

/// The first line of what libtorch has to say.
std::string short_reason(const c10::Error& error) {
  const std::string text = error.what_without_backtrace();
  return text.substr(0, text.find('\n'));
}

torch::serialize::InputArchive open_archive(std::span<const std::uint8_t> bytes, torch::Device device = torch::kCPU) {
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
  std::vector<std::uint8_t> bytes;
  archive.save_to([&](const void* data, std::size_t size) {
    const auto* first = static_cast<const std::uint8_t*>(data);
    bytes.insert(bytes.end(), first, first + size);
    return size;
  });
  write_file_atomically(path, bytes);
}

std::string Learner::saved_text(std::span<const std::uint8_t> bytes, const std::filesystem::path& path) {
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
