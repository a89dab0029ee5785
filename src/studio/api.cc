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
#include "studio/learn_api.h"
#include "studio/overlays.h"
#include "studio/played.h"
#include "studio/request.h"
#include "studio/routes.h"
#include "studio/sound.h"
#include "studio/view.h"
#include "studio/works.h"

namespace continuo::studio {
namespace {

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
      : store(options.folder),
        models(options.model, options.folder),
        gate(options.works > 0 ? options.works : available_cores()),
        soundfont(options.soundfont),
        learnings({options.folder, options.learning_program, options.music}, store, models) {
    audio::check({.soundfont = options.soundfont});
  }

  Desk desk() { return {store, models.current(), gate, soundfont}; }

  Json about() const {
    const auto model = models.current();
    return {
        {"program", "Continuo"},
        {"api", 1},
        {"model", {{"name", model->path.stem().string()}, {"content", model->hash}, {"learning", models.learning()}}},
        {"learns", learnings.available()},
        {"settings", settings_view(*model)}};
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

  Reply played(const Json& body) {
    const auto bytes = file_of_played(body);
    const std::string id = store.create(body.contains("title") ? word_of(body, "title") : "Played").id;
    store.add(id, {.take = {.kind = "import", .words = "played"}, .bytes = bytes});
    return shown(id);
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
    const Excerpt excerpt{.from = number_in(query, "from", 0, 0, kLatest),
                          .seconds = number_in(query, "seconds", 30, 0.05, kMaxAtOnce),
                          .soundfont = soundfont,
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
    if (get && what.starts_with("export.")) return export_take(desk(), piece, take, what.substr(6));
    if (get && what == "chords") return json_reply(chords_view(store.music(id, take)->score));
    if (get && what == "borrowed") return json_reply(borrowed_view(store.music(id, take)->score, *models.current()));
    if (get && what == "surprise")
      return stream_reply("application/json",
                          [desk = desk(), id, take](Sink& sink) { surprise_of_take(desk, id, take, sink); });
    if (!post) no_route();
    if (what == "edit") return edit(id, take, body_of(request));
    const auto work = [&](auto run) {
      return stream_reply("text/event-stream", [desk = desk(), id, take, json = body_of(request), run](Sink& sink) {
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
    if (parts[2] == "about" && parts.size() == 3 && request.method == "GET") return json_reply(about());
    if (parts[2] == "played" && parts.size() == 3 && request.method == "POST") return played(body_of(request));
    if (parts[2] == "learnings") return learning_reply(desk(), learnings, models, request, parts);
    if (parts[2] == "model" && parts.size() == 3 && request.method == "PUT")
      return choose_model(learnings, models, body_of(request));
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
                        [desk = desk(), json = body_of(request)](Sink& sink) { compose_piece(desk, json, sink); });
  }

  Store store;
  Models models;
  Gate gate;
  std::filesystem::path soundfont;
  Learnings learnings;
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

void Studio::stop() noexcept {
  state_->gate.close();
  state_->learnings.stop_all();
}

}  // namespace continuo::studio
