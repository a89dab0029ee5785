// The bytes of a dataset file, in their order.
#include "corpus/dataset_file_writer.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "continuo/base/error.h"

namespace continuo::corpus {
namespace {

void add(std::vector<std::uint8_t>& to, std::span<const std::uint8_t> bytes) {
  to.insert(to.end(), bytes.begin(), bytes.end());
}

}  // namespace

DatasetFileWriter::DatasetFileWriter(const std::filesystem::path& path, StepKind kind, std::uint32_t width)
    : path_(path), file_(path), out_(file_.temporary(), std::ios::binary | std::ios::trunc) {
  put(bytes_of(header_));
  std::copy(kDatasetMagic.begin(), kDatasetMagic.end(), header_.magic.begin());
  header_.version = kDatasetVersion;
  header_.kind = kind;
  header_.width = width;
  header_.step_bytes = bytes_of_step(kind, width);
  header_.steps_offset = sizeof header_;
}

void DatasetFileWriter::append(std::span<const std::uint8_t> steps) {
  put(steps);
  hash_.add(steps);
  piece_bytes_ += steps.size();
}

void DatasetFileWriter::end_piece(const Task& task, double seconds) {
  DatasetEntry entry{};
  entry.first_step = header_.steps;
  entry.steps = piece_bytes_ / header_.step_bytes;
  entry.seconds = seconds;
  entry.notes = task.piece->notes;
  entry.label = static_cast<std::uint32_t>(task.label);
  entry.part = static_cast<std::uint8_t>(task.part);
  entry.hash = digits(hash_.digits());
  entry.name_bytes = static_cast<std::uint32_t>(task.piece->name.size());
  add(entries_, bytes_of(entry));
  add(entries_, bytes_of(std::span<const char>(task.piece->name)));
  header_.steps += entry.steps;
  ++header_.pieces;
  piece_bytes_ = 0;
  hash_ = ContentHasher();
}

void DatasetFileWriter::finish(const representation::RepresentationSpec& spec, const std::vector<std::string>& losses) {
  std::vector<std::uint8_t> index;
  const auto add_text = [&](const std::string& text) {
    add(index, bytes_of(static_cast<std::uint32_t>(text.size())));
    add(index, bytes_of(std::span<const char>(text)));
  };
  add_text(representation::to_json(spec));
  add(index, bytes_of(static_cast<std::uint32_t>(losses.size())));
  for (const std::string& loss : losses) add_text(loss);
  add(index, entries_);
  put(index);
  header_.index_offset = header_.steps_offset + header_.steps * header_.step_bytes;
  header_.index_bytes = index.size();
  header_.file_bytes = header_.index_offset + index.size();
  header_.index_hash = digits(content_hash(index));
  header_.header_hash = digits(content_hash(bytes_of(header_, offsetof(DatasetHeader, header_hash))));
  out_.seekp(0);
  put(bytes_of(header_));
  out_.close();
  check();
  file_.commit();
}

void DatasetFileWriter::put(std::span<const std::uint8_t> bytes) {
  out_.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  check();
}

void DatasetFileWriter::check() const {
  if (!out_)
    throw Error({.message = std::string("cannot write: ") + std::strerror(errno),
                 .path = path_.string(),
                 .hint = "Check the permissions of the folder and the space on its disk.",
                 .code = error_code_of(errno)});
}

}  // namespace continuo::corpus
