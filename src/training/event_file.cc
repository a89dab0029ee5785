// The few messages of TensorBoard's protocol buffers that a training log needs, in their wire format.
#include "continuo/training/event_file.h"

#include <unistd.h>

#include <array>
#include <bit>
#include <chrono>

#include "continuo/base/error.h"

namespace continuo::training {
namespace {

constexpr std::array<std::uint32_t, 256> kCrcTable = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = (value >> 1U) ^ ((value & 1U) != 0 ? 0x82F63B78U : 0U);
    table[i] = value;
  }
  return table;
}();

/// Protocol buffers' wire types.
enum Wire : std::uint8_t { kVarint = 0, kFixed64 = 1, kLengthDelimited = 2, kFixed32 = 5 };

void put_varint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7U) out += static_cast<char>((value & 0x7FU) | 0x80U);
  out += static_cast<char>(value);
}

template <class T>
void put_fixed(std::string& out, T bits) {  // little-endian
  for (std::size_t i = 0; i < sizeof bits; ++i) out += static_cast<char>((bits >> (8 * i)) & 0xFFU);
}

void put_key(std::string& out, int field, Wire wire) {
  put_varint(out, static_cast<std::uint64_t>(field) << 3U | wire);
}
void put_whole(std::string& out, int field, std::int64_t value) {
  put_key(out, field, kVarint);
  put_varint(out, static_cast<std::uint64_t>(value));
}
void put_double(std::string& out, int field, double value) {
  put_key(out, field, kFixed64);
  put_fixed(out, std::bit_cast<std::uint64_t>(value));
}
void put_float(std::string& out, int field, float value) {
  put_key(out, field, kFixed32);
  put_fixed(out, std::bit_cast<std::uint32_t>(value));
}
void put_bytes(std::string& out, int field, std::string_view bytes) {
  put_key(out, field, kLengthDelimited);
  put_varint(out, bytes.size());
  out += bytes;
}

// Field numbers.
namespace event {
constexpr int kWallTime = 1, kStep = 2, kFileVersion = 3, kSummary = 5, kSessionLog = 7;
}
namespace summary {
constexpr int kValue = 1, kTag = 1, kSimpleValue = 2, kImage = 4;
}
namespace image {
constexpr int kHeight = 1, kWidth = 2, kColorspace = 3, kEncoded = 4, kRgba = 4;
}
namespace session_log {
constexpr int kStatus = 1, kStart = 1;
}

std::uint32_t masked_crc(std::string_view bytes) {
  const std::uint32_t crc = crc32c({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
  return std::rotr(crc, 15) + 0xA282EAD8U;
}

std::string host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0 || name[0] == '\0') return "host";
  return name.data();
}

double now() { return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count(); }

}  // namespace

std::uint32_t crc32c(std::span<const std::uint8_t> bytes) noexcept {
  std::uint32_t crc = ~0U;
  for (const std::uint8_t byte : bytes) crc = (crc >> 8U) ^ kCrcTable[(crc ^ byte) & 0xFFU];
  return ~crc;
}

EventFile::EventFile(const std::filesystem::path& folder, std::int64_t first_step) {
  std::error_code code;
  std::filesystem::create_directories(folder, code);
  // TensorBoard reads a folder's files in the order of their names. Two of one process in one second differ at the end.
  const std::string name = "events.out.tfevents." + std::to_string(static_cast<std::int64_t>(now())) + "." +
                           host_name() + "." + std::to_string(::getpid());
  path_ = folder / name;
  for (int i = 1; std::filesystem::exists(path_, code); ++i) path_ = folder / (name + "." + std::to_string(i));
  out_.open(path_, std::ios::binary);
  if (!out_)
    throw Error(ErrorInfo{.message = "the log cannot be written",
                          .path = path_.string(),
                          .hint = "Is the disk full, or the folder not yours?",
                          .code = ErrorCode::kSystem});
  write_event(0, event::kFileVersion, "brain.Event:2");
  if (first_step > 0) {
    std::string session;
    put_whole(session, session_log::kStatus, session_log::kStart);
    write_event(first_step, event::kSessionLog, session);
  }
  flush();
}

void EventFile::write_event(std::int64_t step, int field, const std::string& payload) {
  std::string data;
  put_double(data, event::kWallTime, now());
  if (step != 0) put_whole(data, event::kStep, step);
  put_bytes(data, field, payload);
  std::string length;
  put_fixed(length, static_cast<std::uint64_t>(data.size()));
  std::string record = length;
  put_fixed(record, masked_crc(length));
  record += data;
  put_fixed(record, masked_crc(data));
  out_.write(record.data(), static_cast<std::streamsize>(record.size()));
}

void EventFile::add(std::int64_t step, const Scalars& values) {
  std::string all;
  for (const auto& [tag, value] : values) {
    std::string one;
    put_bytes(one, summary::kTag, tag);
    put_float(one, summary::kSimpleValue, static_cast<float>(value));
    put_bytes(all, summary::kValue, one);
  }
  write_event(step, event::kSummary, all);
}

void EventFile::add_image(std::int64_t step, const std::string& tag, std::span<const std::uint8_t> png, int width,
                          int height) {
  std::string picture;
  put_whole(picture, image::kHeight, height);
  put_whole(picture, image::kWidth, width);
  put_whole(picture, image::kColorspace, image::kRgba);
  put_bytes(picture, image::kEncoded, {reinterpret_cast<const char*>(png.data()), png.size()});
  std::string one;
  put_bytes(one, summary::kTag, tag);
  put_bytes(one, summary::kImage, picture);
  std::string all;
  put_bytes(all, summary::kValue, one);
  write_event(step, event::kSummary, all);
}

void EventFile::flush() {
  out_.flush();
  if (!out_)
    throw Error(ErrorInfo{.message = "the log cannot be written",
                          .path = path_.string(),
                          .hint = "Is the disk full?",
                          .code = ErrorCode::kSystem});
}

}  // namespace continuo::training
