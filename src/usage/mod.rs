//! Who reads and writes a table or a column: the places in an application's code, and whether they can be told at all.
//!
//! Takes the files of an application, from wherever they were read; gives, for a table or column that is to go or that
//! wants a value, the places that use it, each with how sure that is and what would happen there, and the places of which
//! nobody can tell.
//!
//! `facts` reads one file by itself: what it says is symbolic (`$user->posts()->where('x')` is a column of the target of
//! the relation `posts` of whatever `$user` is), so it depends on nothing but the text and can be kept by the text's hash.
//! An `Index` holds the facts of all files, and works out what the symbols stand for only when a question needs it.

mod extract;
mod facts;
mod index;
mod judge;
mod package;
mod part;
mod proof;
mod query;

#[cfg(test)]
mod tests;

pub use extract::{facts, facts_of_all, kind_of};
pub use facts::{
    Access, ClassFacts, ClassUse, Computed, Constraint, FileFacts, FunctionFacts, Key, MethodFacts, Node, NodeId,
    RelationArgument, RelationFacts, Rest, TextRole, Use, UseKind, Values, ViewFacts,
};
pub use index::Index;
pub use package::Package;
pub use part::{Part, Reading, is_entered};
pub use query::{Answer, Effect, Place, PlaceKind, Query, Schema, Tier, Unproved, Verdict, What};
