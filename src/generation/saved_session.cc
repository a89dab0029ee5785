// A header of numbers, then symbols, commits, options and attachment, all of it under one hash.
#include "continuo/generation/saved_session.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <string>
#include <string_view>

#include "continuo/base/error.h"
#include "continuo/base/hash.h"
#include "continuo/generation/options.h"
#include "generation/session_state.h"

namespace continuo::generation {
namespace {

using representation::Symbol;

static_assert(std::endian::native == std::endian::little, "saved sessions are copied as they stand");

constexpr std::string_view kMagic = "CntoSess";
constexpr std::uint64_t kVersion = 1;
constexpr std::size_t kHashDigits = 32;
constexpr std::size_t kHashed = kMagic.size() + kHashDigits;  ///< bytes before those that the hash covers
constexpr std::size_t kMaxOptions = std::size_t{1} << 20;
constexpr char kNoSession[] = "is no saved session, or it is damaged";

/// All of 8 bytes, in the order of the file.
struct Header {
  std::uint64_t version = kVersion;
  std::uint64_t calls = 0;     ///< of next()
  std::uint64_t settled = 0;   ///< symbols of which the settled notes were taken
  std::uint64_t finished = 0;  ///< 1: those of the end, too
  std::uint64_t prompt = 0;    ///< 1: the piece goes on from one
  std::uint64_t constraints = 0;
  Random::State random{};
  std::uint64_t symbols = 0, commits = 0, options_bytes = 0, attachment_bytes = 0;
};
static_assert(sizeof(Header) == 14 * sizeof(std::uint64_t));

struct Content {
  Header header;
  std::vector<Symbol> symbols;
  std::vector<std::uint64_t> commits;
  std::string options;
  std::vector<std::uint8_t> attachment;
};

[[noreturn]] void refuse(const char* message, ErrorCode code, const char* hint = "") {
  throw Error({.message = message, .hint = hint, .code = code});
}

template <class T>
void append(std::vector<std::uint8_t>& bytes, const T* values, std::size_t count) {
  const auto* const begin = reinterpret_cast<const std::uint8_t*>(values);
  bytes.insert(bytes.end(), begin, begin + count * sizeof(T));
}

/// Takes `count` values off the front of `bytes`, which has them.
template <class Values>
void take(std::span<const std::uint8_t>& bytes, std::size_t count, Values& values) {
  using T = typename Values::value_type;
  values.resize(count);
  if (count > 0) std::memcpy(values.data(), bytes.data(), count * sizeof(T));
  bytes = bytes.subspan(count * sizeof(T));
}

Content parse(std::span<const std::uint8_t> bytes) {
  if (bytes.size() < kHashed + sizeof(Header) || std::memcmp(bytes.data(), kMagic.data(), kMagic.size()) != 0 ||
      content_hash(bytes.subspan(kHashed)) !=
          std::string_view(reinterpret_cast<const char*>(bytes.data()) + kMagic.size(), kHashDigits))
    refuse(kNoSession, ErrorCode::kDamaged);
  Content content;
  Header& header = content.header;
  std::memcpy(&header, bytes.data() + kHashed, sizeof header);
  if (header.version != kVersion)
    refuse("the saved session has a version that this program does not read", ErrorCode::kUnsupported,
           "Use the version of Continuo that saved it.");
  auto rest = bytes.subspan(kHashed + sizeof header);
  // Each count is first compared with the room for it, so that no sum can overflow.
  if (header.symbols > rest.size() / sizeof(Symbol) || header.commits > rest.size() / sizeof(std::uint64_t) ||
      header.options_bytes > kMaxOptions || header.attachment_bytes > rest.size() ||
      header.symbols * sizeof(Symbol) + header.commits * sizeof(std::uint64_t) + header.options_bytes +
              header.attachment_bytes !=
          rest.size())
    refuse(kNoSession, ErrorCode::kDamaged);
  take(rest, header.symbols, content.symbols);
  take(rest, header.commits, content.commits);
  take(rest, header.options_bytes, content.options);
  take(rest, header.attachment_bytes, content.attachment);
  if (!std::ranges::is_sorted(content.commits) || (!content.commits.empty() && content.commits.back() > header.calls) ||
      header.settled > header.symbols)
    refuse(kNoSession, ErrorCode::kDamaged);
  return content;
}

ComposeOptions options_from(const Content& content, const SessionParts& parts, const RestoreLimits& limits) {
  if ((content.header.prompt != 0) != parts.prompt.has_value())
    refuse(content.header.prompt != 0 ? "the saved piece goes on from a prompt, which must be given again"
                                      : "the saved piece goes on from no prompt",
           ErrorCode::kMismatch);
  if (content.header.constraints != parts.constraints.size())
    refuse("the saved piece had another number of constraints of its own", ErrorCode::kMismatch,
           "Give those with which it was begun.");
  ComposeOptions options;
  options_from_json(content.options, saved_options_of(options));
  options.prompt = parts.prompt;
  options.constraints = parts.constraints;
  if (options.prompt) options.start = StartKind::kPrompt;
  if (content.header.calls > limits.calls || options.random_length > limits.calls)
    refuse("the saved piece took more steps than are allowed here", ErrorCode::kInvalidArgument);
  return options;
}

/// The same calls at the same places.
void replay(Session& session, const Content& content, const std::stop_token& stop) {
  auto commit = content.commits.begin();
  for (std::uint64_t call = 0;; ++call) {
    for (; commit != content.commits.end() && *commit == call; ++commit) session.commit();
    if (call == content.header.calls) return;
    if (stop.stop_requested()) throw Interrupted("stopped before the session was there again");
    // What counts as a call is one that did something: a finished piece has no more of them.
    if (finished(session.next()) && call + 1 != content.header.calls) return;
  }
}

}  // namespace

std::vector<std::uint8_t> to_bytes(const SessionState& state, std::span<const std::uint8_t> attachment) {
  const SessionContents& now = contents_of(state);
  ComposeOptions options = now.piece.options();
  const std::string text = options_to_json(saved_options_of(options));
  Header header{.calls = now.log.calls,
                .settled = now.decoder.symbols(),
                .finished = now.decoder.finished() ? 1U : 0U,
                .prompt = options.start == StartKind::kPrompt && options.prompt ? 1U : 0U,
                .constraints = options.constraints.size(),
                .random = now.piece.random().state(),
                .symbols = now.piece.symbols().size(),
                .commits = now.log.commits.size(),
                .options_bytes = text.size(),
                .attachment_bytes = attachment.size()};
  std::vector<std::uint8_t> hashed;
  append(hashed, &header, 1);
  append(hashed, now.piece.symbols().data(), header.symbols);
  append(hashed, now.log.commits.data(), header.commits);
  append(hashed, text.data(), text.size());
  append(hashed, attachment.data(), attachment.size());
  std::vector<std::uint8_t> bytes(kMagic.begin(), kMagic.end());
  const std::string hash = content_hash(hashed);
  bytes.insert(bytes.end(), hash.begin(), hash.end());
  bytes.insert(bytes.end(), hashed.begin(), hashed.end());
  return bytes;
}

SessionState from_bytes(const LoadedModel& model, std::span<const std::uint8_t> bytes, const SessionParts& parts,
                        const RestoreLimits& limits, const std::stop_token& stop) {
  const Content content = parse(bytes);
  Session session(model, options_from(content, parts, limits));
  replay(session, content, stop);
  SessionContents there = contents_of(session.save());
  const auto symbols = there.piece.symbols();
  if (there.log.calls != content.header.calls || there.log.commits != content.commits ||
      there.piece.random().state() != content.header.random || !std::ranges::equal(symbols, content.symbols) ||
      content.header.settled > there.piece.committed() || (content.header.finished != 0 && !there.piece.finished()))
    refuse("the session was saved with another model, prompt or version of Continuo: the piece does not come out again",
           ErrorCode::kMismatch, "Give the model with which it was begun, in the same precision.");
  there.decoder.push(symbols.first(content.header.settled));
  if (content.header.finished != 0) there.decoder.finish();
  there.decoder.take();
  return state_of(std::move(there));
}

std::vector<representation::SettledNote> last_settled(const SessionState& state, std::uint64_t count) {
  const SessionContents& now = contents_of(state);
  representation::ScoreDecoder decoder(now.composer.representation);
  decoder.push(now.piece.symbols().first(now.decoder.symbols()));
  if (now.decoder.finished()) decoder.finish();
  auto notes = decoder.take();
  notes.erase(notes.begin(), notes.end() - static_cast<std::ptrdiff_t>(std::min<std::uint64_t>(count, notes.size())));
  return notes;
}

std::vector<std::uint8_t> attachment_of(std::span<const std::uint8_t> bytes) { return parse(bytes).attachment; }

}  // namespace continuo::generation
