//! Models: their tables, their keys, what they let be written.

use super::{ClassId, Index, Type};
use crate::eloquent;
use crate::eloquent::inflect::{class_basename, snake};
use crate::usage::facts::{ClassFacts, Key, NodeId};

/// What a class says of the table behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::usage) struct Model {
    pub class: ClassId,
    pub name: String,
    pub table: String,
    /// Empty where it has none.
    pub primary_key: String,
    pub has_timestamps: bool,
    pub has_soft_deletes: bool,
}

/// Models of packages that applications extend or use, with their tables.
const PACKAGE_MODELS: [(&str, &str); 17] = [
    ("Laravel\\Passport\\Client", "oauth_clients"),
    ("Laravel\\Passport\\Token", "oauth_access_tokens"),
    ("Laravel\\Passport\\RefreshToken", "oauth_refresh_tokens"),
    ("Laravel\\Passport\\AuthCode", "oauth_auth_codes"),
    ("Laravel\\Passport\\PersonalAccessClient", "oauth_personal_access_clients"),
    ("Laravel\\Cashier\\Subscription", "subscriptions"),
    ("Laravel\\Cashier\\SubscriptionItem", "subscription_items"),
    ("Laravel\\Sanctum\\PersonalAccessToken", "personal_access_tokens"),
    ("Laravel\\Jetstream\\Team", "teams"),
    ("Laravel\\Jetstream\\Membership", "team_user"),
    ("Laravel\\Jetstream\\TeamInvitation", "team_invitations"),
    ("Spatie\\Permission\\Models\\Role", "roles"),
    ("Spatie\\Permission\\Models\\Permission", "permissions"),
    ("Spatie\\MediaLibrary\\MediaCollections\\Models\\Media", "media"),
    ("Spatie\\Activitylog\\Models\\Activity", "activity_log"),
    ("Illuminate\\Notifications\\DatabaseNotification", "notifications"),
    ("Spatie\\Tags\\Tag", "tags"),
];

/// The table of a model that the project does not have.
pub(in crate::usage) fn package_table(class: &str) -> Option<String> {
    let class = class.trim_start_matches('\\');
    let known = PACKAGE_MODELS.iter().find(|(name, _)| *name == class).map(|(_, table)| (*table).to_owned());
    known.or_else(|| class.contains("\\Models\\").then(|| eloquent::table_of(class)))
}

impl Index {
    /// The model that a class is, if it is one.
    pub(in crate::usage) fn model(&self, id: ClassId) -> Option<Model> {
        if let Some(known) = self.models.borrow().get(&id) {
            return known.clone();
        }
        let model = self.read_model(id);
        self.models.borrow_mut().insert(id, model.clone());
        model
    }

    fn read_model(&self, id: ClassId) -> Option<Model> {
        let class = self.class(id)?;
        if class.is_trait {
            return None;
        }
        let parents = self.foreign_parents(id);
        let base = parents.into_iter().find(|name| eloquent::is_model_base(name) || package_table(name).is_some())?;
        let all = || self.lineage_facts(id).map(|(_, class)| class);
        let said =
            |class: &ClassFacts| class.table.clone().or_else(|| self.constant(id, class.table_constant.as_deref()?));
        let table = all().find_map(said);
        let is_pivot = base.ends_with("\\Pivot") || base.ends_with("\\MorphPivot");
        let conventional = || {
            if is_pivot { snake(class_basename(&class.name)) } else { eloquent::table_of(&class.name) }
        };
        let of_package = || {
            let is_known = PACKAGE_MODELS.iter().any(|(name, _)| *name == base);
            package_table(base).filter(|_| is_known)
        };
        let table = table.or_else(of_package).unwrap_or_else(conventional);
        let uses = |name: &str| self.trait_names(id).iter().any(|used| class_basename(used) == name);
        Some(Model {
            class: id,
            name: class.name.clone(),
            table: table.rsplit('.').next().unwrap_or(&table).to_owned(),
            primary_key: all().find_map(|class| class.primary_key.clone()).unwrap_or_else(|| "id".to_owned()),
            has_timestamps: !is_pivot && !all().any(|class| class.has_no_timestamps),
            has_soft_deletes: uses("SoftDeletes") || uses("SoftDeletingTrait"),
        })
    }

    /// The string constant of that name, the class's own or one that it inherits.
    fn constant(&self, id: ClassId, name: &str) -> Option<String> {
        self.lineage_facts(id).find_map(|(_, class)| {
            let interfaces = class.interfaces.iter().filter_map(|name| self.class(self.class_named(name)?));
            let mut places = std::iter::once(class).chain(interfaces);
            places.find_map(|class| {
                class.constants.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
            })
        })
    }

    /// The models of a table.
    pub(in crate::usage) fn models_of(&self, table: &str) -> Vec<Model> {
        self.class_ids().filter_map(|id| self.model(id)).filter(|model| model.table == table).collect()
    }

    /// What a model and those above it list under that name; the nearest list counts. `None` where there is none.
    pub(in crate::usage) fn list(&self, id: ClassId, name: &str) -> Option<Vec<Key>> {
        self.lineage_facts(id)
            .find_map(|(_, class)| class.lists.iter().find(|(list, _)| list == name).map(|(_, keys)| keys.clone()))
    }

    /// Whether the class of a request has a rule for the field.
    pub(in crate::usage) fn has_rule(&self, file: usize, request: NodeId, field: &str) -> bool {
        self.types_in(file, None, request).iter().any(|of| match of {
            Type::Object(class) => {
                self.list(*class, "rules").is_some_and(|rules| rules.iter().any(|key| key.name == field))
            }
            _ => false,
        })
    }

    /// Whether mass assignment lets the column through; what it does not is thrown away without a word.
    pub(in crate::usage) fn is_fillable(&self, id: ClassId, column: &str) -> bool {
        let names = |keys: Vec<Key>| keys.into_iter().any(|key| key.name == column || key.name == "*");
        match (self.list(id, "fillable"), self.list(id, "guarded")) {
            (Some(fillable), guarded) if !fillable.is_empty() => {
                names(fillable) && !guarded.is_some_and(|guarded| guarded.iter().any(|key| key.name == column))
            }
            (_, Some(guarded)) => !names(guarded),
            // `Model::unguard()` is common where neither is said.
            (_, None) => self.is_unguarded(),
        }
    }

    fn is_unguarded(&self) -> bool {
        self.is_name_used("unguard")
    }
}
