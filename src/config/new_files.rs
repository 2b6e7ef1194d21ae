//! How are the files of new revisions called, made and looked over?

use std::path::{Path, PathBuf};

use jiff::tz::{self, TimeZone};

use super::file::Layer;
use super::hook::{self, Hook};
use super::place::Source;
use crate::error::{Error, Place, Result, did_you_mean};
use crate::json_schema;
use crate::revision::FileTemplate;
use crate::spanned::Spanned;

/// What autogen.yaml says of revisions that are yet to be written.
#[derive(Debug, Clone)]
pub struct NewFiles {
    pub name: FileTemplate,
    /// Characters of the message in a name.
    pub slug: usize,
    pub zone: TimeZone,
    pub ids: RevisionIds,
    /// The file that they are written after, and where autogen.yaml names it.
    pub template: Option<(PathBuf, Place)>,
    pub post_write: Vec<Hook>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RevisionIds {
    Random,
    Sequence,
}

const IDS: [&str; 2] = ["random", "sequence"];
json_schema::words!(of RevisionIds = IDS);

pub(super) fn new_files(layer: &mut Layer, root: &Path, source: &Source<'_>) -> Result<NewFiles> {
    let name = match layer.file_template.take() {
        Some(text) => FileTemplate::read(&text.value).map_err(|error| source.at(error, text.referenced))?,
        None => FileTemplate::default(),
    };
    let slug = layer.truncate_slug_length.take().map_or(Ok(40), |length| {
        length.value.trim().parse().map_err(|_| {
            let error = Error::new(format!("truncate_slug_length cannot be {}", length.value));
            source.at(error.hint("it is a number of characters, as 40"), length.referenced)
        })
    })?;
    let zone = layer.timezone.take().map_or(Ok(TimeZone::UTC), |name| zone(&name, source))?;
    let ids = layer.revision_ids.take().map_or(Ok(RevisionIds::Random), |word| ids(&word, source))?;
    let template = layer.template.take().map(|file| template(file, root, source)).transpose()?;
    let hooks = layer.post_write.take().into_iter().flat_map(|hooks| hooks.value);
    let post_write = hooks.map(|form| hook::hook("post_write", form, source)).collect::<Result<_>>()?;
    Ok(NewFiles { name, slug, zone, ids, template, post_write })
}

fn zone(name: &Spanned<String>, source: &Source<'_>) -> Result<TimeZone> {
    let wanted = name.value.trim();
    // what the database calls an unknown zone is no place to be
    if let Ok(zone) = TimeZone::get(wanted)
        && !zone.is_unknown()
    {
        return Ok(zone);
    }
    let error = Error::new(format!("unknown time zone {wanted}"));
    let known: Vec<String> = tz::db().available().map(|name| name.to_string()).collect();
    let cities = known.iter().map(|name| (name.rsplit('/').next().unwrap_or_default(), name));
    let city = cities.filter(|(city, _)| city.eq_ignore_ascii_case(wanted)).map(|(_, name)| name.as_str()).next();
    let error = match city.or_else(|| did_you_mean(wanted, known.iter().map(String::as_str))) {
        Some(near) => error.hint(format!("did you mean {near}?")),
        None => error.hint("write it as the IANA database does: Europe/Paris, America/New_York, UTC"),
    };
    Err(source.at(error, name.referenced))
}

fn ids(word: &Spanned<String>, source: &Source<'_>) -> Result<RevisionIds> {
    match word.value.as_str() {
        "random" => Ok(RevisionIds::Random),
        "sequence" => Ok(RevisionIds::Sequence),
        other => {
            let error = Error::new(format!("revision_ids cannot be {other}"));
            let error = error.hint(match did_you_mean(other, IDS) {
                Some(near) => format!("did you mean {near}?"),
                None => "it is random or sequence".to_owned(),
            });
            Err(source.at(error, word.referenced))
        }
    }
}

fn template(file: Spanned<String>, root: &Path, source: &Source<'_>) -> Result<(PathBuf, Place)> {
    let at = file.referenced;
    if file.value.trim().is_empty() {
        let error = Error::new("template is empty").hint("name a file, or leave template out");
        return Err(source.at(error, at));
    }
    let path = if root == Path::new(".") { PathBuf::from(file.value) } else { root.join(file.value) };
    Ok((path, Place::new(source.file, at.line() as usize, at.column() as usize)))
}
