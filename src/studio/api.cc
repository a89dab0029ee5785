// The routes of /api/v1: each a view of something that the store or the works do.

#include <algorithm>
#include <charconv>

#include "continuo/audio/render.h"
#include "continuo/base/error.h"
#include "continuo/base/parallel.h"
#include "continuo/base/text.h"
#include "continuo/music/time.h"
#include "continuo/plot/plot.h"
#include "continuo/studio/studio.h"
#include "continuo/workbench/outputs.h"
#include "continuo/workbench/piece_view.h"
#include "studio/edit.h"
#include "studio/export.h"
#include "studio/request.h"
#include "studio/sound.h"
#include "studio/view.h"
#include "studio/works.h"

namespace continuo::studio {
namespace {

constexpr std::size_t kMaxJson = std::size_t{2} << 20;
constexpr std::size_t kMaxMidi = std::size_t{8} << 20;

Reply json_reply(const Json& json, int status = 200) {
  return {.status = status, .type = "application/json", .body = text_of_json(json)};
}

Reply stream_reply(const char* type, std::function<void(Sink&)> stream) {
  return {.type = type, .stream = std::move(stream)};
}

[[noreturn]] void no_route() {
  throw Error({.message = "there is nothing under this address",
               .hint = "docs/http-api.md lists what there is.",
               .code = ErrorCode::kNotFound});
}

std::vector<std::string> parts_of(const std::string& path) {
  std::vector<std::string> parts;
  for (std::size_t at = 1; at <= path.size();) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    parts.push_back(path.substr(at, end - at));
    at = end + 1;
  }
  return parts;
}

Json body_of(const Request& request) {
  if (request.type != "application/json")
    throw Error({.message = "the body must be JSON",
                 .hint = "Send it with Content-Type: application/json.",
                 .code = ErrorCode::kUnsupported});
  if (request.body.size() > kMaxJson)
    throw Error({.message = "the body is larger than 2 MiB", .code = ErrorCode::kInvalidArgument});
  Json json = json_depth(request.body) > kMaxJsonDepth ? Json() : Json::parse(request.body, nullptr, false);
  if (!json.is_object()) throw Error({.message = "the body is no JSON object", .code = ErrorCode::kInvalidArgument});
  return json;
}

/// A number of the query; others than numbers are refused.
double from_query(const std::string& query, const std::string& name, double otherwise, double low, double high) {
  for (std::size_t at = 0; at <= query.size();) {
    const std::size_t end = std::min(query.find('&', at), query.size());
    const std::string part = query.substr(at, end - at);
    at = end + 1;
    if (!part.starts_with(name + "=")) continue;
    double value = 0;
    const char* const begin = part.data() + name.size() + 1;
    const auto [stop, error] = std::from_chars(begin, part.data() + part.size(), value);
    if (error == std::errc() && stop == part.data() + part.size() && value >= low && value <= high) return value;
    throw Error({.message = name + " must be a number from " + std::to_string(static_cast<long>(low)) + " to " +
                            std::to_string(static_cast<long>(high)),
                 .code = ErrorCode::kInvalidArgument,
                 .about = name});
  }
  return otherwise;
}

int take_number(const std::string& text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 1)
    throw Error({.message = "no such take", .code = ErrorCode::kNotFound});
  return value;
}

std::vector<Channel> mixer_of(const Json& json) {
  const auto list = json.find("mixer");
  constexpr std::size_t kMaxChannels = 256;
  if (list == json.end() || !list->is_array() || list->size() > kMaxChannels)
    throw Error({.message = "mixer must be a list of up to 256 channels",
                 .code = ErrorCode::kInvalidArgument,
                 .about = "mixer"});
  std::vector<Channel> mixer;
  for (const Json& one : *list) {
    if (!one.is_object())
      throw Error({.message = "a channel must be an object", .code = ErrorCode::kInvalidArgument, .about = "mixer"});
    mixer.push_back({.volume = one.contains("volume") ? number_of(one, "volume", 0, 1.25) : 1,
                     .mute = flag_of(one, "mute", false),
                     .solo = flag_of(one, "solo", false),
                     .locked = flag_of(one, "locked", false)});
  }
  return mixer;
}

}  // namespace

struct Studio::State {
  explicit State(const StudioOptions& options)
      : model(load_model(options.model)),
        store(options.folder),
        gate(options.works > 0 ? options.works : available_cores()),
        desk{store, model, gate, options.soundfont},
        settings(text_of_json(about())) {
    audio::check({.soundfont = options.soundfont});
  }

  Json about() const {
    return {{"program", "Continuo"},
            {"api", 1},
            {"model", {{"name", model.path.stem().string()}, {"content", model.hash}}},
            {"settings", settings_view(model)}};
  }

  Reply shown(const std::string& id) {
    const Piece piece = store.piece(id);
    Json view = {{"piece", piece_view(piece)}};
    if (piece.current != 0)
      view["take"] = take_view(piece, piece.takes.at(piece.current), *store.music(id, piece.current));
    return json_reply(view);
  }

  Reply import(const Request& request) {
    if (request.body.size() > kMaxMidi)
      throw Error({.message = "the file is larger than 8 MiB",
                   .hint = "Take a part of it.",
                   .code = ErrorCode::kInvalidArgument});
    const std::vector<std::uint8_t> bytes(request.body.begin(), request.body.end());
    const midi::ReadResult read = midi::read(bytes);
    check_size(read.score);
    if (note_count(read.score) == 0)
      throw Error(
          {.message = "the file has no notes", .hint = "Choose a MIDI file with music.", .code = ErrorCode::kEmpty});
    if (duration_seconds(read.score) > 4 * 3600)
      throw Error({.message = "the piece lasts longer than four hours",
                   .hint = "Its tempo or a stray event at its end may be wrong; cut it.",
                   .code = ErrorCode::kUnsupported});
    std::vector<std::string> warnings;
    for (const auto& warning : read.warnings)
      warnings.push_back("at byte " + std::to_string(warning.offset) + ": " + warning.text);
    if (read.warning_count > read.warnings.size())
      warnings.push_back("and " + std::to_string(read.warning_count - read.warnings.size()) + " more");
    const std::string id = store.create(title_in(request.query)).id;
    store.add(id, {.take = {.kind = "import", .words = "your file", .warnings = warnings}, .bytes = bytes});
    return shown(id);
  }

  /// The title of the query, with its %XX decoded.
  static std::string title_in(const std::string& query) {
    if (!query.starts_with("title=")) return "";
    std::string text;
    for (std::size_t i = 6; i < query.size() && query[i] != '&'; ++i) {
      int code = 0;
      if (query[i] == '%' && i + 2 < query.size() &&
          std::from_chars(query.data() + i + 1, query.data() + i + 3, code, 16).ptr == query.data() + i + 3) {
        text += static_cast<char>(code);
        i += 2;
      } else {
        text += query[i];
      }
    }
    return text;
  }

  Reply edit(const std::string& id, int take, const Json& request) {
    const Piece piece = store.piece(id);
    const auto music = store.music(id, take);
    const Json& changes = request.contains("changes") ? request["changes"] : Json();
    const Score score = edited(music->score, changes, piece.mixer);
    check_size(score);
    store.add(id,
              {.take = {.parent = take, .kind = "edit", .words = edit_in_words(changes)}, .bytes = midi::write(score)});
    return shown(id);
  }

  Reply sound(const std::string& id, int take, const std::string& query) {
    const Piece piece = store.piece(id);
    const auto music = store.music(id, take);
    constexpr double kLatest = 86'400, kMaxAtOnce = 600;
    const Excerpt excerpt{.from = from_query(query, "from", 0, 0, kLatest),
                          .seconds = from_query(query, "seconds", 30, 0.05, kMaxAtOnce),
                          .soundfont = desk.soundfont,
                          .piece = duration_seconds(music->score)};
    return stream_reply("audio/wav", [this, score = mixed(music->score, piece.mixer), excerpt](Sink& sink) {
      try {
        if (!sink.write(wav_header())) return;
        play(score, excerpt, [&](std::string_view bytes) { return !gate.closed() && sink.write(bytes); });
      } catch (const std::exception&) {  // the status is sent already: the sound ends
      }
    });
  }

  /// /api/v1/pieces/ID/takes/N...
  Reply of_take(const Request& request, const std::vector<std::string>& parts) {
    const std::string& id = parts[3];
    const int take = take_number(parts[5]);
    const Piece piece = store.piece(id);
    if (!piece.takes.contains(take)) throw Error({.message = "no such take", .code = ErrorCode::kNotFound});
    const bool get = request.method == "GET", post = request.method == "POST";
    if (parts.size() == 6 && get) return json_reply(take_view(piece, piece.takes.at(take), *store.music(id, take)));
    if (parts.size() == 6 && request.method == "PUT") {
      store.name_take(id, take, word_of(body_of(request), "name"));
      return json_reply(piece_view(store.piece(id)));
    }
    if (parts.size() != 7) no_route();
    const std::string& what = parts[6];
    if (get && what == "sound.wav") return sound(id, take, request.query);
    if (get && what.starts_with("export.")) return export_take(desk, piece, take, what.substr(6));
    if (get && what == "surprise")
      return stream_reply("application/json", [this, id, take](Sink& sink) { surprise_of_take(desk, id, take, sink); });
    if (!post) no_route();
    if (what == "edit") return edit(id, take, body_of(request));
    const auto work = [&](auto run) {
      return stream_reply("text/event-stream", [this, id, take, json = body_of(request), run](Sink& sink) {
        run(desk, id, take, json, sink);
      });
    };
    if (what == "continue") return work(continue_take);
    if (what == "regenerate") return work(regenerate_take);
    if (what == "vary") return work(vary_take);
    if (what == "accompany") return work(accompany_take);
    no_route();
  }

  /// /api/v1/pieces/ID and what is below it.
  Reply of_piece(const Request& request, const std::vector<std::string>& parts) {
    const std::string& id = parts[3];
    Store::check_id(id);
    if (parts.size() >= 6 && parts[4] == "takes") return of_take(request, parts);
    if (parts.size() == 4 && request.method == "GET") return shown(id);
    if (parts.size() == 4 && request.method == "DELETE") {
      store.remove(id);
      return json_reply(Json::object());
    }
    if (parts.size() == 4 && request.method == "PUT") {
      const Json json = body_of(request);
      if (json.contains("title")) store.rename(id, word_of(json, "title"));
      if (json.contains("mixer")) store.set_mixer(id, mixer_of(json));
      if (json.contains("current")) store.show(id, static_cast<int>(whole_of(json, "current", 1, INT32_MAX)));
      return json.contains("current") ? shown(id) : json_reply({{"piece", piece_view(store.piece(id))}});
    }
    if (parts.size() == 5 && request.method == "POST" && (parts[4] == "undo" || parts[4] == "redo")) {
      parts[4] == "undo" ? store.undo(id) : store.redo(id);
      return shown(id);
    }
    no_route();
  }

  Reply routed(const Request& request) {
    const auto parts = parts_of(request.path);
    if (parts.size() < 3 || parts[0] != "api" || parts[1] != "v1") no_route();
    if (parts[2] == "about" && parts.size() == 3 && request.method == "GET") return {.body = settings};
    if (parts[2] != "pieces") no_route();
    if (parts.size() > 3) return of_piece(request, parts);
    if (request.method == "GET") {
      Json list = Json::array();
      for (const Piece& piece : store.pieces()) list.push_back(piece_line(piece));
      return json_reply({{"pieces", std::move(list)}});
    }
    if (request.method != "POST") no_route();
    if (request.type == "audio/midi") return import(request);
    return stream_reply("text/event-stream",
                        [this, json = body_of(request)](Sink& sink) { compose_piece(desk, json, sink); });
  }

  StudioModel model;
  Store store;
  Gate gate;
  Desk desk;
  std::string settings;
};

Studio::Studio(const StudioOptions& options) : state_(std::make_unique<State>(options)) {}
Studio::~Studio() = default;

Reply Studio::answer(const Request& request) {
  try {
    return state_->routed(request);
  } catch (const Error& error) {
    return json_reply(error_view(error), status_of(error.code()));
  } catch (const std::exception& error) {
    return json_reply({{"error", {{"code", "system"}, {"message", error.what()}, {"hint", ""}, {"about", ""}}}}, 500);
  }
}

void Studio::stop() noexcept { state_->gate.close(); }

}  // namespace continuo::studio
