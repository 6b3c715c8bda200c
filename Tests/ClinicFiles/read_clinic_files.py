#!/usr/bin/env python3
"""Reads answers of the folder exchange as a claims computer would, with nothing of this project.

Written from the public table of element names alone. Beside each `NAME.xml` of the folder lies
`NAME.json`: the same thing as the project's own records. Every value of the record must be found in
the file, and every value of the file must be explained by the record: nothing lost, nothing added.
"""

import json
import pathlib
import re
import sys
import unicodedata
import xml.etree.ElementTree as ElementTree

IDENTITY = {
    "Name": "name", "NameKana": "kana", "NameOfOther": "alias", "NameOfOtherKana": "aliasKana",
    "Sex1": "sex", "Sex2": "sexOnBack", "Birthdate": "birthDate", "PostNumber": "postNumber",
    "Address": "address",
}
ENTITLEMENT = {
    "InsuredCardClassification": "classification", "InsuredCardSymbol": "symbol",
    "InsuredIdentificationNumber": "number", "InsuredBranchNumber": "branch",
    "PersonalFamilyClassification": "family", "InsuredName": "insuredName",
    "QualificationDate": "qualifiedOn", "DisqualificationDate": "disqualifiedOn",
    "InsuredCertificateIssuanceDate": "issuedOn", "InsuredCardValidDate": "validFrom",
    "InsuredCardExpirationDate": "validUntil",
    "InsuredPartialContributionRatio": "contributionRatio",
    "PreschoolClassification": "preschool", "ReasonOfLoss": "lossReason",
    "InsurerName": "insurerName", "ReferenceNumber": "referenceNumber",
    "LimitApplicationCertificateChanged": "limitChange",
}
ELDERLY = {
    "ElderlyRecipientCertificateDate": "issuedOn", "ElderlyRecipientValidStartDate": "validFrom",
    "ElderlyRecipientValidEndDate": "validUntil", "ElderlyRecipientContributionRatio": "ratio",
}
LIMIT = {
    "LimitApplicationCertificate" + name: key
    for name, key in {
        "Classification": "classification", "ClassificationFlag": "limitClass",
        "Date": "issuedOn", "ValidStartDate": "validFrom", "ValidEndDate": "validUntil",
        "LongTermDate": "longTermFrom",
    }.items()
}
DISEASE = {
    "SpecificDiseasesDiseaseCategory": "disease", "SpecificDiseasesCertificateDate": "issuedOn",
    "SpecificDiseasesValidStartDate": "validFrom", "SpecificDiseasesValidEndDate": "validUntil",
    "SpecificDiseasesSelfPay": "selfPayYen",
}
TICKET = {
    "TicketType": "type", "MedicalTicketValidDate": "validFrom",
    "MedicalTicketExpirationDate": "validUntil", "IssueNumber": "issueNumber",
    "MedicalTreatmentMonth": "month", "DesignatedMedicalInstitutionCode": "designated.code",
    "DesignatedMedicalInstitutionFlag": "designation",
    "DesignatedMedicalInstitutionName": "designated.name",
    "PrescriptionIssuerMedicalInstitutionCode": "prescriber.code",
    "PrescriptionIssuerMedicalInstitutionName": "prescriber.name",
    "InjuryName1": "injuries.0", "InjuryName2": "injuries.1", "InjuryName3": "injuries.2",
    "MedicalTreatmentType": "treatment", "SelfPayAmount": "selfPayYen",
    "DistrictContactName": "districtContact", "HandlingContactName": "handlingContact",
    "SingleOrCombinedUse": "use", "StatusOfSocialInsurance": "socialInsurance",
    "ConsistencyFlag": "consistency", "StatusOfInfecton": "infection",
    "StatusOfElderlyMedicalCare": "elderlyCare",
    "StatusOfPrefecturalExpenses": "prefecturalExpenses",
    "Remarks1": "remarks.0", "Remarks2": "remarks.1", "Remarks3": "remarks.2",
}
CONSENTS = {
    "SpecificHealthCheckupsInfo": "checkups", "PharmacistsInfo": "drugs",
    "DiagnosisInfo": "treatment", "OperationInfo": "surgery",
}
NAMES = ("holder.name", "holder.alias", "insuredName")


class Wrong(Exception):
    """A file that a reader of the table does not understand."""


def parse(octets):
    """The root. Expat knows no Shift_JIS: the declaration says it, a reader decodes first."""
    head = octets[:200].split(b"?>")[0].decode("ascii") + "?>"
    declared = re.search(r'encoding="([^"]+)"', head).group(1)
    if 'standalone="no"' not in head:
        raise Wrong("standalone")
    text = octets.decode({"UTF-8": "utf-8", "Shift_JIS": "cp932"}[declared])
    root = ElementTree.fromstring(re.sub(r"^<\?xml[^>]*\?>", "", text))
    stated = root.findtext("MessageHeader/CharacterCodeIdentifier")
    if stated != {"UTF-8": "0", "Shift_JIS": "1"}[declared]:
        raise Wrong("CharacterCodeIdentifier")
    return root, declared


def plain(value):
    """A date, month or instant as files write it; other values as they are."""
    if isinstance(value, int):
        return str(value)
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", value) or re.fullmatch(r"\d{4}-\d{2}", value):
        return value.replace("-", "")
    stamp = re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.\d+)?Z", value)
    if stamp:
        import datetime
        parts = [int(part) for part in stamp.groups()]
        japan = datetime.datetime(*parts) + datetime.timedelta(hours=9)
        return japan.strftime("%Y%m%d%H%M%S")
    return value


def flat(value, path=""):
    """A record as path → text."""
    if isinstance(value, dict):
        pairs = [flat(part, f"{path}.{key}" if path else key) for key, part in value.items()]
    elif isinstance(value, list):
        pairs = [flat(part, f"{path}.{index}") for index, part in enumerate(value)]
    else:
        return {path: plain(value)}
    return {key: text for pair in pairs for key, text in pair.items()}


def name(element):
    """A name as people compare it: kanji with full-width spaces, kana half-width, checked."""
    text = element.text
    if element.tag.endswith("Kana"):
        if re.search("[\u30a1-\u30f6\u3000]", text):
            raise Wrong(f"{element.tag} is not half-width")
        return unicodedata.normalize("NFKC", text)
    if element.tag in ("Name", "NameOfOther", "InsuredName"):
        if " " in text:
            raise Wrong(f"{element.tag} has a half-width space")
        return text.replace("\u3000", " ")
    return text


def take(element, table, prefix, found):
    """Reads the children of an element that a table names."""
    for child in element:
        if child.tag in table:
            key = prefix + table[child.tag]
            if key in found:
                raise Wrong(f"{child.tag} twice")
            found[key] = name(child) if "Name" in child.tag else child.text
        elif prefix.count(".") > 1 and len(child) == 0 and child.tag not in KNOWN_ELSEWHERE:
            raise Wrong(f"unknown {child.tag}")


KNOWN_ELSEWHERE = set(IDENTITY) | set(ENTITLEMENT) | {
    "InsurerNumber", "PrescriptionIssueSelect", "LimitApplicationCertificateRelatedConsFlg",
    "LimitApplicationCertificateRelatedConsTime", "SpecificDiseasesCertificateRelatedConsFlg",
    "SpecificDiseasesCertificateRelatedConsTime",
} | {name + end for name in CONSENTS for end in ("ConsFlg", "ConsTime", "AvailableTime")}


def entitlement(element, prefix, found):
    """One `ResultOfQualificationConfirmation`."""
    take(element, IDENTITY, prefix + "holder.", found)
    take(element, ENTITLEMENT, prefix, found)
    insurer = element.findtext("InsurerNumber")
    if len(insurer) != 8:
        raise Wrong("insurer's number is not padded")
    found[prefix + "insurerNumber"] = insurer.lstrip(" ")
    times = {"LimitApplicationCertificateRelated": "limitConsent",
             "SpecificDiseasesCertificateRelated": "specificDiseaseConsent"}
    times.update({name: "consents." + key for name, key in CONSENTS.items()})
    for name, key in times.items():
        for end, part in (("ConsFlg", "flag"), ("ConsTime", "givenAt"), ("AvailableTime", "until")):
            text = element.findtext(name + end)
            if text is not None:
                found[f"{prefix}{key}.{part}"] = text
    for path, table, key in (
        ("ElderlyRecipientCertificateInfo", ELDERLY, "elderlyRecipient"),
        ("LimitApplicationCertificateRelatedInfo", LIMIT, "limitCertificate"),
    ):
        for group in element.findall(path):
            take(group, table, f"{prefix}{key}.", found)
    for path, table, key in (
        ("SpecificDiseasesCertificateList/SpecificDiseasesCertificateInfo", DISEASE,
         "specificDiseases"),
        ("PublicExpenseResultList/MedicalTicketInfo", TICKET, "medicalTickets"),
    ):
        for index, group in enumerate(element.findall(path)):
            take(group, table, f"{prefix}{key}.{index}.", found)
    issue = element.findtext("PrescriptionIssueSelect")
    if issue is not None:
        found["prescriptionIssue"] = issue


def qualification(root):
    """What a face or `res` file says, as path → text."""
    found = {"validity": root.findtext("MessageBody/QualificationValidity")}
    for name, key in (("ProcessingResultCode", "note.code"),
                      ("ProcessingResultMessage", "note.message")):
        text = root.findtext("MessageBody/" + name)
        if text is not None:
            found[key] = text
    date = root.findtext("MessageHeader/QualificationConfirmationDate")
    if date is not None:
        found["confirmedOn"] = date
    results = root.findall("MessageBody/ResultList/ResultOfQualificationConfirmation")
    for index, result in enumerate(results):
        entitlement(result, f"entitlements.{index}.", found)
    return found


def drugs(root):
    """Every medicine as a tuple, in whatever order."""
    rows = []
    for month in root.iter("MeTrMonthInf"):
        for day in month.iter("DiDateInf"):
            if not day.findtext("DiDate").startswith(month.findtext("MeTrMonth")):
                raise Wrong("a day in another month")
            for drug in day.iter("DrugInf"):
                rows.append(tuple(
                    [month.findtext(name) for name in ("MeTrDiHNm", "PrlsHNm")]
                    + [day.findtext(name) for name in ("DiDate", "PrDate")]
                    + [drug.findtext(name) for name in (
                        "DrugC", "IngreN", "Qua1", "Unit", "Times", "UsageN", "SpInst")]))
    return sorted(rows, key=repr)


def wanted_drugs(record):
    """The same from the record."""
    rows = []
    for day in record["dispensings"]:
        dispenser = day.get("pharmacy") or day["inHouse"]
        prescriber = day.get("prescriber") if "pharmacy" in day else dispenser
        for drug in day["drugs"]:
            quantity = drug["quantity"]
            rows.append((
                dispenser["name"], prescriber["name"] if prescriber else None,
                plain(day["date"]), plain(day["prescribedOn"]) if "prescribedOn" in day else None,
                drug.get("receiptCode"), drug.get("ingredient", {}).get("name"),
                quantity["amount"], quantity["unit"], str(quantity["times"]), drug.get("usage"),
                drug.get("instruction")))
    return sorted(rows, key=repr)


def checkups(root):
    """Every result as a tuple."""
    rows = []
    for checkup in root.iter("SpecificHealthCheckupInfo"):
        for item in checkup.iter("HealthCheckupResultAndQuestionInfo"):
            kind = item.findtext("DataType")
            if kind not in ("PQ", "CD", "CO", "ST"):
                raise Wrong("DataType")
            if kind in ("CD", "CO") and not item.findtext("DataValueName"):
                raise Wrong("a code without words")
            rows.append((checkup.findtext("EffectiveTime"), item.findtext("ItemCode"),
                         item.findtext("DataValue")))
    return sorted(rows, key=repr)


def compare(path):
    """One file against its record; how many characters stood as references in it."""
    octets = path.read_bytes()
    root, declared = parse(octets)
    record = json.loads(path.with_suffix(".json").read_text("utf-8"))
    if "YZK" in path.name:
        found, wanted = drugs(root), wanted_drugs(record)
    elif "TKK" in path.name:
        found = checkups(root)
        wanted = sorted(((plain(one["date"]), result["code"], result["value"])
                         for one in record["checkups"] for result in one["results"]), key=repr)
    else:
        found = qualification(root)
        wanted = {key: unicodedata.normalize("NFKC", text) if key.lower().endswith("kana")
                  else text.replace("\u3000", " ") if key.endswith(NAMES) else text
                  for key, text in flat(record).items()}
        bullets = any("●" in text for key, text in wanted.items() if ".holder." in key)
        if bullets and not found.get("note.message"):
            raise Wrong("● is not spoken of")
        if found.get("note.code") == "MDG0001" and "note.code" not in wanted:
            del found["note.code"], found["note.message"]
    if found != wanted:
        if isinstance(found, dict):
            keys = {key for key in found.keys() | wanted.keys()
                    if found.get(key) != wanted.get(key)}
            raise Wrong(f"differs in {sorted(keys)}")
        raise Wrong("rows differ")
    return len(re.findall(rb"&#x[0-9A-F]+;", octets)) if declared == "Shift_JIS" else 0


def main():
    """Compares every file of a folder."""
    files = sorted(pathlib.Path(sys.argv[1]).glob("*.xml"))
    references, wrong = 0, 0
    for path in files:
        try:
            references += compare(path)
        except (Wrong, ElementTree.ParseError, UnicodeDecodeError, KeyError) as error:
            wrong += 1
            print(f"{path.name}: {type(error).__name__}: {error}")
    print(f"{len(files)} files read, {wrong} wrong, {references} characters by reference")
    return 1 if wrong or not files else 0


if __name__ == "__main__":
    sys.exit(main())
