//! Every address, in one table.

use actix_web::http::Method;
use actix_web::web::{self, ServiceConfig};

use super::{assets, pages};

/// Puts every address in its place.
#[expect(clippy::too_many_lines, reason = "one table, read from top to bottom")]
pub fn table(site: &mut ServiceConfig) {
    site.route("/static/{name:.*}", web::get().to(assets::show))
        .route("/health/live", web::get().to(pages::health::live))
        .route("/health/ready", web::get().to(pages::health::ready))
        .route("/", web::get().to(pages::contest::index))
        .route("/contests/{slug}", web::get().to(pages::contest::show))
        .route("/contests/{slug}/gallery", web::get().to(pages::contest::gallery))
        .route("/entries/{code}", web::get().to(pages::entry::show))
        .route("/entries/{code}/player", web::get().to(pages::player::show))
        .route("/b/{code}", web::get().to(pages::entry::show))
        .route("/entries/{code}/vote", web::post().to(pages::vote::vote))
        .route("/entries/{code}/vote/work", web::get().to(pages::vote::task))
        .route("/entries/{code}/vote/raise", web::post().to(pages::vote::raise))
        .route("/contests/{slug}/ballot", web::get().to(pages::ballot::show))
        .route("/entries/{code}/vote/withdrawal", web::post().to(pages::vote::withdraw))
        .route("/contests/{slug}/counts.json", web::get().to(pages::live::show))
        .route("/contests/{slug}/screen", web::get().to(pages::live::screen))
        .route("/contests/{slug}/votes", web::get().to(pages::votes::show))
        .route("/contests/{slug}/votes/checkpoint", web::get().to(pages::votes::checkpoint))
        .route("/contests/{slug}/votes/growth/{leaves}", web::get().to(pages::votes::growth))
        .route("/contests/{slug}/votes/tile/{path:.*}", web::get().to(pages::votes::tile))
        .route("/contests/{slug}/votes/bundle.zip", web::get().to(pages::votes::bundle))
        .route("/votes", web::get().to(pages::votes::index))
        .route("/votes/{receipt}", web::get().to(pages::votes::receipt))
        .route("/votes/{receipt}/proof", web::get().to(pages::votes::proof))
        .route("/votes/{receipt}/qr.svg", web::get().to(pages::votes::qr))
        .route("/verify_ledger.py", web::get().to(pages::votes::verifier))
        .route("/links", web::get().to(pages::link::show))
        .route("/accounts/there", web::get().to(pages::elsewhere::there))
        .route("/accounts/back", web::get().to(pages::elsewhere::back))
        .route("/m", web::get().to(pages::member::new))
        .route("/m", web::post().to(pages::member::create))
        .route("/m/{code}", web::get().to(pages::member::open))
        .route("/v/{link:.*}", web::get().to(super::group::open))
        .route("/witness", web::get().to(pages::witness::show))
        .route("/witness/add-checkpoint", web::post().to(pages::witness::create))
        .route("/internal/votes", web::post().to(super::node::take))
        .route("/desk", web::get().to(pages::desk::index))
        .route("/account", web::get().to(pages::account::show))
        .route("/account/data.json", web::get().to(pages::account::export))
        .route("/account/erasure", web::post().to(pages::erasure::create))
        .route("/desk/erasures", web::get().to(pages::erasure::index))
        .route("/desk/erasures", web::post().to(pages::erasure::create_for))
        .route("/account/name", web::post().to(pages::account::rename))
        .route("/account/password", web::post().to(pages::account::set_password))
        .route("/account/sessions/{id}/end", web::post().to(pages::account::end))
        .route("/desk/letters", web::get().to(pages::letter::all))
        .route("/desk/letters/{id}/again", web::post().to(pages::letter::again))
        .route("/desk/contests/{slug}/letters", web::get().to(pages::letter::index))
        .route("/account/sessions/end", web::post().to(pages::desk::end_sessions))
        .route("/desk/contests/new", web::get().to(pages::making::new))
        .route("/desk/contests", web::post().to(pages::making::create))
        .route("/desk/contests/{slug}", web::get().to(pages::desk::show))
        .route("/desk/contests/{slug}/announcement", web::post().to(pages::making::announce))
        .route("/desk/contests/{slug}/cancellation", web::post().to(pages::desk::cancel))
        .route("/desk/contests/{slug}/edit", web::get().to(pages::desk::edit))
        .route("/desk/contests/{slug}/edit", web::post().to(pages::desk::update))
        .route("/desk/contests/{slug}/form", web::get().to(pages::making::edit))
        .route("/desk/contests/{slug}/form", web::post().to(pages::making::update))
        .route("/desk/contests/{slug}/check", web::get().to(pages::making::check))
        .route("/contests/{slug}/qr.svg", web::get().to(pages::making::qr))
        .route("/contests/{slug}/preview.jpeg", web::get().to(pages::contest::preview))
        .route("/contests/{slug}/plan", web::get().to(pages::making::plan))
        .route("/desk/contests/{slug}/crew", web::post().to(pages::desk::add_crew))
        .route("/desk/contests/{slug}/crew/{id}/removal", web::post().to(pages::desk::remove_crew))
        .route("/preferences", web::post().to(pages::session::preferences))
        .route("/session/new", web::get().to(pages::session::new))
        .route("/session/code", web::post().to(pages::session::code))
        .route("/session", web::post().to(pages::session::create))
        .route("/session/destroy", web::post().to(pages::session::destroy))
        .route("/setup/{token}", web::get().to(pages::session::setup))
        .route("/setup/{token}", web::post().to(pages::session::take))
        .route("/media/{file}/{name}", web::get().to(pages::media::show))
        .route("/contests/{slug}/entries/new", web::get().to(pages::draft::new))
        .route("/contests/{slug}/entries", web::post().to(pages::draft::create))
        .route("/units/search", web::get().to(pages::unit::search))
        .route("/drafts/{code}/work", web::get().to(pages::draft::work))
        .route("/drafts/{code}/work", web::post().to(pages::draft::keep_work))
        .route("/drafts/{code}/uploads", web::method(Method::OPTIONS).to(pages::upload::options))
        .route("/drafts/{code}/uploads", web::post().to(pages::upload::create))
        .route("/drafts/{code}/uploads/{id}", web::head().to(pages::upload::show))
        .route("/drafts/{code}/uploads/{id}", web::patch().to(pages::upload::append))
        .route("/drafts/{code}/uploads/{id}", web::delete().to(pages::upload::destroy))
        .route("/drafts/{code}/uploads/{id}", web::post().to(pages::upload::overridden))
        .route("/drafts/{code}/about", web::get().to(pages::draft::about))
        .route("/drafts/{code}/about", web::post().to(pages::draft::keep_about))
        .route("/drafts/{code}/check", web::get().to(pages::draft::check))
        .route("/drafts/{code}/submission", web::post().to(pages::draft::submit))
        .route("/consents/{code}/{proof}", web::get().to(pages::guardian::show))
        .route("/consents/{code}/{proof}", web::post().to(pages::guardian::create))
        .route("/consents/{code}/{proof}/withdrawal", web::post().to(pages::guardian::destroy))
        .route("/receipts", web::get().to(pages::receipt::index))
        .route("/receipts", web::post().to(pages::receipt::look_up))
        .route("/receipts/{code}", web::get().to(pages::receipt::show))
        .route("/receipts/{code}/qr.svg", web::get().to(pages::receipt::qr))
        .route("/receipts/{code}/data.json", web::get().to(pages::receipt::export))
        .route("/receipts/{code}/originals/{file}", web::get().to(pages::receipt::original))
        .route("/receipts/{code}/withdrawal", web::post().to(pages::receipt::withdraw))
        .route("/receipts/{code}/erasure", web::post().to(pages::receipt::erase))
        .route("/desk/contests/{slug}/screening", web::get().to(pages::screening::index))
        .route("/desk/contests/{slug}/screening", web::post().to(pages::screening::create_many))
        .route("/desk/contests/{slug}/screening/{code}", web::get().to(pages::screening::show))
        .route("/desk/contests/{slug}/screening/{code}", web::post().to(pages::screening::create))
        .route(
            "/desk/contests/{slug}/screening/{code}/category",
            web::post().to(pages::screening::place),
        )
        .route(
            "/desk/contests/{slug}/screening/{code}/guardian",
            web::post().to(pages::screening::agree_on_paper),
        )
        .route(
            "/desk/contests/{slug}/screening/{code}/undo",
            web::post().to(pages::screening::undo),
        )
        .route(
            "/desk/contests/{slug}/screening/{code}/originals/{file}",
            web::get().to(pages::screening::original),
        )
        .route("/desk/contests/{slug}/rounds", web::get().to(pages::making::funnel))
        .route("/desk/contests/{slug}/rounds", web::post().to(pages::making::change_funnel))
        .route("/desk/contests/{slug}/rounds/{key}", web::get().to(pages::round::show))
        .route("/desk/contests/{slug}/rounds/{key}", web::post().to(pages::round::update))
        .route("/desk/contests/{slug}/rounds/{key}/figures", web::get().to(pages::figures::show))
        .route("/desk/contests/{slug}/rounds/{key}/figures.csv", web::get().to(pages::figures::csv))
        .route("/desk/contests/{slug}/rounds/{key}/seats", web::post().to(pages::round::add))
        .route(
            "/desk/contests/{slug}/rounds/{key}/seats/{seat}/passing",
            web::get().to(pages::round::passing),
        )
        .route(
            "/desk/contests/{slug}/rounds/{key}/seats/{seat}/passing",
            web::post().to(pages::round::pass_on),
        )
        .route(
            "/desk/contests/{slug}/rounds/{key}/seats/{seat}/removal",
            web::post().to(pages::round::remove),
        )
        .route(
            "/desk/contests/{slug}/rounds/{key}/seats/{seat}/unlocking",
            web::post().to(pages::round::unlock),
        )
        .route("/desk/contests/{slug}/rounds/{key}/paper", web::get().to(pages::paper::print))
        .route("/desk/contests/{slug}/rounds/{key}/paper/{seat}", web::get().to(pages::paper::show))
        .route(
            "/desk/contests/{slug}/rounds/{key}/paper/{seat}",
            web::post().to(pages::paper::update),
        )
        .route("/judging/{round}", web::get().to(pages::judging::index))
        .route("/judging/{round}/completion", web::post().to(pages::judging::finish))
        .route("/judging/{round}/list", web::post().to(pages::list::save))
        .route("/judging/{round}/comparisons", web::post().to(pages::comparison::create))
        .route("/judging/{round}/comparisons/undo", web::post().to(pages::comparison::undo))
        .route("/judging/{round}/chair", web::get().to(pages::chair::show))
        .route("/judging/{round}/decision", web::post().to(pages::chair::decide))
        .route("/judging/{round}/seats/{seat}/unlocking", web::post().to(pages::chair::unlock))
        .route("/judging/{round}/two", web::get().to(pages::judging::two))
        .route("/judging/{round}/{alias}", web::get().to(pages::judging::show))
        .route("/judging/{round}/{alias}/sheet", web::post().to(pages::judging::save))
        .route("/judging/{round}/{alias}/sheet", web::put().to(pages::judging::put))
        .route("/judging/{round}/{alias}/recusal", web::post().to(pages::judging::aside))
        .route("/judging/{round}/{alias}/favourite", web::post().to(pages::judging::favourite))
        .route("/judging/{round}/{alias}/flag", web::post().to(pages::judging::flag))
        .route(
            "/judging/{round}/{alias}/pictures/{number}/{size}",
            web::get().to(pages::judging::picture),
        )
        .route("/judging/{round}/{alias}/films/{number}", web::get().to(pages::judging::film))
        .route("/judging/{round}/{alias}/texts/{number}", web::get().to(pages::judging::text))
        .route(
            "/judging/{round}/{alias}/originals/{number}",
            web::get().to(pages::judging::original),
        )
        .route("/contests/{slug}/results", web::get().to(pages::result::show))
        .route("/contests/{slug}/complaints", web::get().to(pages::complaint::new))
        .route("/complaints/{code}", web::get().to(pages::complaint::show))
        .route("/desk/contests/{slug}/complaints", web::get().to(pages::complaint::index))
        .route("/desk/contests/{slug}/complaints/{code}", web::post().to(pages::complaint::decide))
        .route("/contests/{slug}/complaints", web::post().to(pages::complaint::create))
        .route("/contests/{slug}/participation", web::get().to(pages::participation::show))
        .route("/desk/contests/{slug}/participation", web::get().to(pages::participation::desk))
        .route("/desk/contests/{slug}/results", web::get().to(pages::result::desk))
        .route("/desk/contests/{slug}/decisions", web::post().to(pages::result::decide))
        .route("/desk/contests/{slug}/proposal", web::post().to(pages::result::propose))
        .route("/desk/contests/{slug}/publication", web::post().to(pages::result::publish))
        .route("/desk/contests/{slug}/refusal", web::post().to(pages::result::refuse))
        .route("/contests/{slug}/results/{number}", web::get().to(pages::result::past))
        .route("/desk/contests/{slug}/awards", web::get().to(pages::award::index))
        .route("/desk/contests/{slug}/awards/{id}", web::post().to(pages::award::update))
        .route("/desk/contests/{slug}/certificates", web::get().to(pages::award::certificates))
        .route("/desk/contests/{slug}/certificates", web::post().to(pages::award::certify))
        .route(
            "/desk/contests/{slug}/certificates.pdf",
            web::get().to(pages::award::certificates_pdf),
        )
        .route("/certificates/{code}", web::get().to(pages::award::check))
        .route("/desk/contests/{slug}/strikes", web::post().to(pages::strike::create))
        .route("/desk/contests/{slug}/strikes/approval", web::post().to(pages::strike::approve))
        .route("/desk/contests/{slug}/promotion", web::get().to(pages::promotion::show))
        .route("/desk/contests/{slug}/promotion", web::post().to(pages::promotion::choose))
        .route("/desk/contests/{slug}/minutes", web::get().to(pages::result::minutes))
        .route("/desk/contests/{slug}/minutes.pdf", web::get().to(pages::result::pdf))
        .route("/desk/contests/{slug}/posters", web::get().to(pages::poster::index))
        .route("/desk/contests/{slug}/posters/{name}", web::get().to(pages::poster::show))
        .route("/desk/contests/{slug}/voters", web::get().to(pages::voters::index))
        .route("/desk/contests/{slug}/voters/links", web::post().to(pages::voters::add_links))
        .route(
            "/desk/contests/{slug}/voters/links/{number}/closure",
            web::post().to(pages::voters::close),
        )
        .route("/desk/contests/{slug}/voters/members", web::post().to(pages::voters::add_members))
        .route("/desk/contests/{slug}/voters/slips", web::post().to(pages::voters::renew))
        .route("/desk/contests/{slug}/audit", web::get().to(pages::result::log))
        .route("/desk/contests/{slug}/votes", web::get().to(pages::fraud::index))
        .route("/desk/contests/{slug}/votes", web::post().to(pages::fraud::look))
        .route("/desk/contests/{slug}/votes/{code}", web::get().to(pages::fraud::show))
        .route("/desk/contests/{slug}/votes/{code}/rulings", web::post().to(pages::fraud::rule))
        .route("/desk/contests/{slug}/votes/{code}/approval", web::post().to(pages::fraud::approve))
        .route("/desk/contests/{slug}/counts", web::get().to(pages::count::index))
        .route("/desk/contests/{slug}/counts", web::post().to(pages::count::create))
        .route("/desk/contests/{slug}/counts/import", web::post().to(pages::count::import))
        .route("/desk/contests/{slug}/counts/settlement", web::post().to(pages::count::settle))
        .route("/desk/contests/{slug}/counts/sheet/{ending}", web::get().to(pages::count::sheet))
        .route(
            "/desk/contests/{slug}/counts/proofs/{file}",
            web::get().to(pages::count::proof_file),
        )
        .route("/desk/contests/{slug}/exports/{what}", web::get().to(pages::export::show))
        .route("/desk/units", web::get().to(pages::unit::index))
        .route("/desk/units/{code}", web::get().to(pages::unit::show))
        .route("/desk/units/{code}", web::post().to(pages::unit::update))
        .route("/desk/units/{code}/import", web::post().to(pages::unit::import))
        .route("/desk/units/{code}/entries", web::get().to(pages::officer::index))
        .route("/desk/units/{code}/entries", web::post().to(pages::officer::create))
        .route("/desk/units/{code}/entries/import", web::post().to(pages::officer::import))
        .route("/desk/sheets", web::post().to(pages::sheet::back));
}
