"""Every table there is (数据表), so that one import knows them all."""

from models.tables.accounts import Account, IdempotencyRow, SessionToken
from models.tables.base import Base, new_id
from models.tables.cases import (
    CaseFile,
    CaseItem,
    CaseItemBuilding,
    CasePause,
    ClockRow,
    Opinion,
    OpinionStatus,
    SimulatedOpinion,
    SimulatedOpinionStatus,
    WakeupRow,
)
from models.tables.certificates import (
    AssumedPaperRow,
    CertificateBuilding,
    CertificateRow,
    CertificateWithdrawal,
    NumberCounter,
)
from models.tables.codes import CodeQuestionRow, ProjectCodeRow
from models.tables.ledger import FileUse, LedgerEntry, LedgerHead, PolicySource, Project, StoredFile

__all__ = [
    "Account",
    "AssumedPaperRow",
    "Base",
    "CaseFile",
    "CaseItem",
    "CaseItemBuilding",
    "CasePause",
    "CertificateBuilding",
    "CertificateRow",
    "CertificateWithdrawal",
    "ClockRow",
    "CodeQuestionRow",
    "FileUse",
    "IdempotencyRow",
    "LedgerEntry",
    "LedgerHead",
    "NumberCounter",
    "Opinion",
    "OpinionStatus",
    "PolicySource",
    "Project",
    "ProjectCodeRow",
    "SessionToken",
    "SimulatedOpinion",
    "SimulatedOpinionStatus",
    "StoredFile",
    "WakeupRow",
    "new_id",
]
